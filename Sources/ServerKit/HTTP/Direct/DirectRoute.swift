package import HTTPTypes
package import Hummingbird
package import NIOCore

/// A route that can be answered without a task and without the router, by the handlers of a connection
/// (`DirectRequestHandler`): for small requests that come by the thousand, where the way from the socket to the route and
/// back shows.
///
/// The router has the same routes for the requests that need it: those of browsers, with large bodies, without a session.
package final class DirectRoute: Sendable {
    /// Takes what makes the answer, once, on any thread; it is made on the connection's.
    package typealias Respond = @Sendable (_ answer: @escaping @Sendable () throws -> Answer) -> Void

    /// Bytes of the largest body that the handlers of a connection collect.
    static let maximumBody = 64 << 10

    let method: HTTPRequest.Method
    /// As it is declared, such as `/v1/objects/read` or `/v1/objects/{name}`: a parameter is its last part.
    let path: String
    /// Bytes of the largest body; 0 where the route takes none, and ignores one.
    let bodyLimit: Int
    let answer: @Sendable (DirectRequest, @escaping Respond) -> Void
    private let prefix: String
    /// Nil where the path is always the same.
    private let parameter: String?

    /// - Parameters:
    ///   - path: begins with `prefix`, and goes on with the parameter.
    ///   - answer: must not wait for anything on the thread that it is called on.
    package init(
        _ method: HTTPRequest.Method, prefix: String, parameter: String, bodyLimit: Int = 0,
        answer: @escaping @Sendable (DirectRequest, @escaping Respond) -> Void
    ) {
        self.method = method
        self.prefix = prefix
        self.parameter = parameter
        self.bodyLimit = bodyLimit
        self.answer = answer
        path = "\(prefix){\(parameter)}"
    }

    /// - Parameter answer: must not wait for anything on the thread that it is called on.
    package init(
        _ method: HTTPRequest.Method, _ path: String, bodyLimit: Int = 0,
        answer: @escaping @Sendable (DirectRequest, @escaping Respond) -> Void
    ) {
        self.method = method
        self.prefix = path
        self.parameter = nil
        self.bodyLimit = bodyLimit
        self.answer = answer
        self.path = path
    }

    /// The parameter of a request's path, empty where there is none; nil where the request is not for this route, or spelled
    /// so that it takes the router to tell.
    func parameter(in path: String) -> Substring? {
        guard parameter != nil else { return path == self.path ? "" : nil }
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = path.utf8.dropFirst(prefix.utf8.count)
        // Letters, digits, "-", "_": nothing that stands for something else in a path (RFC 3986 §3.3).
        let isPlain = rest.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
            default: false
            }
        }
        return rest.isEmpty || !isPlain ? nil : Substring(rest)
    }

    /// Answers a request that came through the router.
    fileprivate func answer(_ request: Request, _ context: SessionContext) async throws -> Response {
        let body = bodyLimit > 0 ? try await request.bytes(upTo: bodyLimit) : ByteBuffer()
        let direct = DirectRequest(
            parameter: parameter.map { context.path($0).text } ?? "", headers: request.headers, body: body,
            session: context.session)
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            answer(direct) { answer in continuation.resume(with: Result { try answer().response }) }
        }
    }
}

/// A request for a `DirectRoute` that has arrived as a whole.
package struct DirectRequest: Sendable {
    /// What stood at the end of its path; empty where the path is always the same.
    package let parameter: String
    package let headers: HTTPFields
    package let body: ByteBuffer
    package let session: Session
}

extension RouterMethods<SessionContext> {
    /// Adds the route to a router.
    package func add(_ route: DirectRoute) {
        on(RouterPath(route.path), method: route.method, use: { try await route.answer($0, $1) })
    }
}
