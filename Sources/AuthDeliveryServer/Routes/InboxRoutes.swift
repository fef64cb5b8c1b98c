import CloudMLSAPI
import Hummingbird
import ServerKit

/// `/v1/inbox`.
struct InboxRoutes: Sendable {
    let service: InboxService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/inbox", use: page)
        routes.post("/v1/inbox/acknowledge", use: acknowledge)
    }

    /// Takes `after`, `limit` and `wait` (seconds, at most 60) in the query, answers `InboxPage`.
    @Sendable private func page(_ request: Request, context: SessionContext) async throws -> Response {
        let page = try await service.page(
            of: context.userID, after: try request.query("after")?.number() ?? 0,
            limit: try request.pageLimit(maximum: 1_000, fallback: 100), wait: try Self.wait(request))
        return try .json(page)
    }

    /// How many seconds the client waits for an entry.
    private static func wait(_ request: Request) throws(APIError) -> Int {
        guard let parameter = request.query("wait") else { return 0 }
        let wait = try parameter.number()
        guard wait <= Limits.longPoll else { throw parameter.refusal("at most \(Limits.longPoll) seconds") }
        return Int(wait)
    }

    /// Takes `InboxAcknowledgement`; answers 204.
    @Sendable private func acknowledge(_ request: Request, context: SessionContext) async throws -> Response {
        let body = try await request.json(InboxAcknowledgement.self)
        try await service.acknowledge(body.upTo, of: context.userID)
        return Response(status: .noContent)
    }
}
