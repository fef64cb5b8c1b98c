/// One HTTP exchange, whatever carries it.
package protocol HTTPTransport: Sendable {
    /// - Throws: `ClientError` with `notReachable` where no answer came, or `serverIdentityChanged` where the
    ///   certificate is not the pinned one.
    func exchange(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeResponse
    /// The same, with the body as it arrives, for as long as the server goes on.
    func open(_ request: HTTPExchangeRequest) async throws -> HTTPStreamResponse
}

/// An answer whose body is still under way.
package struct HTTPStreamResponse: Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [String: String]
    /// Throws `ClientError` with `notReachable` where the connection breaks, or is silent for too long.
    package var body: AsyncThrowingStream<[UInt8], any Error>

    package init(status: Int, headers: [String: String], body: AsyncThrowingStream<[UInt8], any Error>) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A request to the server that the transport was made for.
package struct HTTPExchangeRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    package var method: Method
    /// Path and query, from the first slash.
    package var path: String
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8]?
    /// Seconds until the exchange is given up.
    package var timeout: Int = 30

    package init(_ method: Method, _ path: String) {
        self.method = method
        self.path = path
    }
}

/// A complete answer.
package struct HTTPExchangeResponse: Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]

    package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
