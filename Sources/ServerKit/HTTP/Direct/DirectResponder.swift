import HTTPTypes
import Logging
import NIOCore

/// Finds the `DirectRoute` of a request, and gives its answers the form that all have.
struct DirectResponder: Sendable {
    private let routes: [DirectRoute]
    private let sessions: SessionService
    private let rules: AnswerRules
    private let variesByOrigin: Bool
    private let date = DateField()
    let logger: Logger

    /// - Parameter variesByOrigin: whether pages of some origins get answers that others do not.
    init(
        routes: [DirectRoute], sessions: SessionService, rules: AnswerRules, variesByOrigin: Bool, logger: Logger
    ) {
        self.routes = routes
        self.sessions = sessions
        self.rules = rules
        self.variesByOrigin = variesByOrigin
        self.logger = logger
    }

    /// Nil for whatever the router has to look at: other routes, and anything out of the ordinary.
    func call(for head: HTTPRequest) -> DirectCall? {
        guard let path = head.path, let (route, parameter) = route(for: head.method, path) else { return nil }
        var (authorization, length): (String?, Int) = (nil, 0)
        for field in head.headerFields {
            switch field.name {
            case .authorization:
                guard authorization == nil else { return nil }
                authorization = field.value
            case .contentLength:
                guard let bytes = Int(field.value) else { return nil }
                length = bytes
            case .origin, .connection, .expect, .transferEncoding, .upgrade:
                return nil
            default:
                break
            }
        }
        guard length <= min(DirectRoute.maximumBody, route.bodyLimit), let authorization,
            let session = try? sessions.session(authorization: authorization)
        else { return nil }
        return DirectCall(route: route, parameter: String(parameter), head: head, session: session)
    }

    /// The answer as it goes on the wire.
    func complete(_ make: () throws -> Answer, to call: DirectCall) -> (HTTPResponse, ByteBuffer) {
        var answer: Answer
        do {
            answer = try make()
        } catch {
            answer = rules.error(for: error, logger: logger).answer
        }
        rules.complete(
            &answer.headers, status: answer.status, method: call.head.method, route: call.route.path,
            since: call.start, logger: logger)
        if variesByOrigin { answer.headers.append(HTTPField(name: .vary, value: "Origin")) }
        answer.headers.append(HTTPField(name: .contentLength, value: String(answer.body.readableBytes)))
        answer.headers.append(HTTPField(name: .date, value: date.value))
        return (HTTPResponse(status: answer.status, headerFields: answer.headers), answer.body)
    }

    private func route(for method: HTTPRequest.Method, _ path: String) -> (DirectRoute, Substring)? {
        for route in routes where route.method == method {
            if let parameter = route.parameter(in: path) { return (route, parameter) }
        }
        return nil
    }
}
