import CloudMLSAPI
import HTTPTypes
import Hummingbird
import ServerKit

/// `GET /v1/events`: tells a device at once when another one wrote something.
struct EventRoutes: Sendable {
    let events: EventService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/events", use: stream)
    }

    /// Answers a stream of `ChangeEvent` as server-sent events.
    @Sendable private func stream(_ request: Request, context: SessionContext) async throws -> Response {
        let stream = try events.stream(for: context.session)
        // A proxy that collects what it passes on would make the events useless.
        let headers: HTTPFields = [.contentType: "text/event-stream", .accelBuffering: "no"]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await stream.run { bytes in try await writer.write(bytes) }
                try await writer.finish(nil)
            })
    }
}
