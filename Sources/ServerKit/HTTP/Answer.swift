import CloudMLSAPI
package import HTTPTypes
package import Hummingbird
package import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An answer that is there as a whole, but for what all answers have (`AnswerRules`).
package struct Answer: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: ByteBuffer

    package init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The same for a route of the router.
    package var response: Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// A JSON answer, which is one object that is spelled out.
    package static func spelled(headers: HTTPFields = [:], _ fields: (inout JSONText) -> Void) -> Answer {
        var text = JSONText()
        text.object(fields)
        var headers = headers
        headers.append(HTTPField(name: .contentType, value: "application/json"))
        return Answer(headers: headers, body: ByteBuffer(bytes: text.bytes))
    }

    /// A JSON answer.
    package static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers = headers
        headers[.contentType] = "application/json"
        return Answer(status: status, headers: headers, body: ByteBuffer(bytes: try encoder.encode(value)))
    }

    /// The answer to a write: `WriteResult`, with the same revision as `ETag`.
    package static func written(_ revision: UInt64) -> Answer {
        .spelled(headers: [.eTag: entityTag(revision)], WriteResult(revision: revision).spell)
    }

    /// How a revision stands in `ETag`, `If-Match` and `If-None-Match`.
    package static func entityTag(_ revision: UInt64) -> String { "\"\(revision)\"" }
}
