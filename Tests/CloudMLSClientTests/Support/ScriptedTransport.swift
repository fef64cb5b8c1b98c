import CloudMLSAPI
import CloudMLSClient
import Foundation

/// Answers each exchange with what a closure makes of the request, and keeps the requests.
actor ScriptedTransport: HTTPTransport {
    private(set) var requests: [HTTPExchangeRequest] = []
    private let respond: @Sendable (HTTPExchangeRequest, Int) async throws -> HTTPExchangeResponse

    /// - Parameter respond: is given the request and how many came before it.
    init(_ respond: @escaping @Sendable (HTTPExchangeRequest, Int) async throws -> HTTPExchangeResponse) {
        self.respond = respond
    }

    func open(_ request: HTTPExchangeRequest) async throws -> HTTPStreamResponse {
        let answer = try await exchange(request)
        let body = AsyncThrowingStream<[UInt8], any Error> { continuation in
            // In small pieces, as a network may bring them.
            for start in stride(from: 0, to: answer.body.count, by: 7) {
                continuation.yield(Array(answer.body[start..<min(start + 7, answer.body.count)]))
            }
            continuation.finish()
        }
        return HTTPStreamResponse(status: answer.status, headers: answer.headers, body: body)
    }

    func exchange(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse {
        requests.append(request)
        return try await respond(request, requests.count - 1)
    }
}

extension HTTPExchangeResponse {
    static let incarnation = "000102030405060708090a0b0c0d0e0f"

    /// A success of a key store.
    static func json(_ value: some Encodable, tag: String = "key-store/1") throws -> Self {
        Self(status: 200, headers: headers(tag), body: Array(try JSONEncoder().encode(value)))
    }

    static func refusal(_ code: ErrorCode, _ detail: ErrorBody.Detail? = nil) throws -> Self {
        let body = ErrorBody(error: detail ?? .init(code: code, message: "refused"))
        return Self(status: code.status, headers: headers("key-store/1"), body: Array(try JSONEncoder().encode(body)))
    }

    static func headers(_ tag: String) -> [String: String] {
        ["cloudmls-protocol": tag, "cloudmls-incarnation": incarnation]
    }
}

extension HTTPExchangeRequest {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
