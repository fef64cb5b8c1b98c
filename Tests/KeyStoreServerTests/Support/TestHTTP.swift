import AsyncHTTPClient
import CloudMLSAPI
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// A server at the other end of a socket.
struct TestHTTP: Sendable {
    let origin: String
    var accessToken: String?

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]

        func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: Data(body))
        }

        /// The error's detail; nil where the body is not of the shape that every error has.
        var error: ErrorBody.Detail? { try? json(ErrorBody.self).error }
        var etag: String? { headers.first(name: "ETag") }
    }

    func send(
        _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: origin + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let accessToken { request.headers.add(name: "Authorization", value: "Bearer \(accessToken)") }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = Array(try await response.body.collect(upTo: 64 << 20).readableBytesView)
        let answer = Answer(status: Int(response.status.code), headers: response.headers, body: bytes)
        expectDocumented(method.rawValue, path, answer)
        return answer
    }

    func send(
        _ method: HTTPMethod, _ path: String, json: some Encodable, headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(method, path, body: Array(try JSONEncoder().encode(json)), headers: headers)
    }
}

/// Checks the status and code of an error, and that its answer has what every answer has.
func expect(
    _ answer: TestHTTP.Answer, _ code: ErrorCode, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == code.status, sourceLocation: sourceLocation)
    #expect(answer.error?.code == code, sourceLocation: sourceLocation)
    expectCommonHeaders(answer, sourceLocation: sourceLocation)
}

/// Checks the header fields that every answer has.
func expectCommonHeaders(_ answer: TestHTTP.Answer, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(answer.headers.first(name: HeaderName.incarnation)?.count == 32, sourceLocation: sourceLocation)
    #expect(answer.headers.first(name: HeaderName.protocolTag) == "key-store/1", sourceLocation: sourceLocation)
    #expect(answer.headers.first(name: "Cache-Control") == "no-store", sourceLocation: sourceLocation)
}
