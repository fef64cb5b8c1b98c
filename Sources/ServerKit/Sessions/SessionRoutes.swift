import CloudMLSAPI
import Hummingbird

/// `GET /v1/sessions`, `DELETE /v1/sessions/{id}` and `DELETE /v1/sessions`: who is signed in, and the end of it.
struct SessionRoutes: Sendable {
    let sessions: SessionService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/sessions", use: list)
        routes.delete("/v1/sessions/:id", use: end)
        routes.delete("/v1/sessions", use: endOthers)
    }

    /// Answers `SessionList`.
    @Sendable private func list(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(SessionList(sessions: try await sessions.list(for: context.session)))
    }

    /// Ends one of the user's sessions, which may be the one that asks; answers 204.
    @Sendable private func end(_ request: Request, context: SessionContext) async throws -> Response {
        let parameter = context.path("id")
        guard let id = Int64(exactly: try parameter.number()) else { throw parameter.refusal("a session's number") }
        try await sessions.end(Session.ID(rawValue: id), by: context.session)
        return Response(status: .noContent)
    }

    /// Ends all of the user's sessions but the one that asks; answers 204.
    @Sendable private func endOthers(_ request: Request, context: SessionContext) async throws -> Response {
        try await sessions.endOthers(than: context.session)
        return Response(status: .noContent)
    }
}
