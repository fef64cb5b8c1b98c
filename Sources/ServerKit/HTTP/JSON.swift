import CloudMLSAPI
package import HTTPTypes
package import Hummingbird
package import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Request {
    /// The whole body, or `too_large`: at once where `Content-Length` says so, else as soon as more has arrived.
    package func bytes(upTo limit: Int) async throws -> ByteBuffer {
        if let text = headers[.contentLength], let length = Int(text), length > limit {
            throw APIError.bodyTooLarge(limit)
        }
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw APIError.bodyTooLarge(limit)
        }
    }

    /// The body as JSON, as `ByteBuffer.json` reads it.
    package func json<Value: Decodable>(_ type: Value.Type, upTo limit: Int = Limits.jsonBody) async throws -> Value {
        try await bytes(upTo: limit).json(type)
    }
}

extension ByteBuffer {
    /// The bytes as JSON, or `bad_request` with at most the name of a field that the route knows: never what was sent.
    package func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(readableBytesView))
        } catch DecodingError.keyNotFound(let key, _) {
            throw APIError(.badRequest, "The body lacks the field \"\(key.stringValue)\".")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            guard let field = context.codingPath.last(where: { $0.intValue == nil }) else {
                throw APIError(.badRequest, "The body is not the JSON object that this route takes.")
            }
            throw APIError(.badRequest, "The field \"\(field.stringValue)\" is of another type.")
        } catch {
            throw APIError(.badRequest, "The body is not the JSON that this route takes.")
        }
    }
}

extension Response {
    /// A JSON answer.
    package static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        try Answer.json(value, status: status, headers: headers).response
    }

    /// A JSON answer, which is one object that is spelled out.
    package static func spelled(headers: HTTPFields = [:], _ fields: (inout JSONText) -> Void) -> Response {
        Answer.spelled(headers: headers, fields).response
    }

    /// The answer to a write: `WriteResult`, with the same revision as `ETag`.
    package static func written(_ revision: UInt64) -> Response { Answer.written(revision).response }
}

extension APIError {
    package static func bodyTooLarge(_ limit: Int) -> Self {
        APIError(.tooLarge, "The body is larger than this route takes (\(limit) bytes).")
    }
}

extension Limits {
    /// Bytes of a JSON body where a route does not say otherwise: a small sealed body in base64, and what goes around it.
    package static let jsonBody = 2 * smallBody + 16_384
}
