import CloudMLSAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import KeyHierarchy
import Logging
import NIOCore
import ServiceLifecycle

/// `GET /metrics`, in Prometheus' text format, for programs on this machine.
struct MetricsRoute: Sendable {
    let metrics: ServerMetrics
    /// False where requests from elsewhere look as if they came from here, as they do behind a proxy.
    let isTold: Bool

    func add(to routes: some RouterMethods<OpenContext>) { routes.get("/metrics", use: get) }

    @Sendable private func get(_ request: Request, context: OpenContext) throws -> Response {
        let isLocal = context.peer?.ipAddress.flatMap { IPAddress($0) }?.isLoopback ?? false
        guard isTold, isLocal, request.headers[.forwardedFor] == nil, request.headers[.forwarded] == nil else {
            throw APIError(.notFound, "There is no such route.")
        }
        return Self.answer(metrics)
    }

    static func answer(_ metrics: ServerMetrics) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text())))
    }
}

/// `GET /metrics` on a port of its own, of this machine's loopback interface.
struct MetricsListener: Service {
    let metrics: ServerMetrics
    let port: Int
    let logger: Logger

    func run() async throws {
        let router = Router(context: OpenContext.self)
        router.get("/metrics") { [metrics] _, _ in MetricsRoute.answer(metrics) }
        let application = Application(
            responder: router.buildResponder(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)), logger: logger)
        do {
            try await application.run()
        } catch {
            throw StartupError(.unavailable, "Cannot listen on --metrics-port \(port): \(error)")
        }
    }
}
