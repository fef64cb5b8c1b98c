import CloudMLSAPI
import Hummingbird
import KeyHierarchy
import ServerKit

/// `/v1/move`: a store leaves for another key store.
struct MoveRoutes: Sendable {
    let service: MoveService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/move", use: status)
        routes.post("/v1/move", use: begin)
        routes.delete("/v1/move", use: cancel)
        routes.get("/v1/move/objects", use: objects)
        routes.get("/v1/move/digest", use: digest)
        routes.post("/v1/move/commit", use: commit)
        routes.delete("/v1/move/content", use: empty)
    }

    /// Answers `MoveStatus`, in every state.
    @Sendable private func status(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.status(of: context.userID))
    }

    /// Takes `MoveRequest`, answers `MoveStatus`: from now on nothing can be written.
    @Sendable private func begin(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.begin(try await request.json(MoveRequest.self), of: context.userID))
    }

    /// Takes the move back, before it is committed; answers `MoveStatus`.
    @Sendable private func cancel(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.cancel(of: context.userID))
    }

    /// Takes `after`, a name in hexadecimal; answers `MovePage`.
    @Sendable private func objects(_ request: Request, context: SessionContext) async throws -> Response {
        let page = try await service.page(
            after: try request.query("after").map(ObjectRoutes.name), of: context.userID)
        return try .json(page)
    }

    /// Answers `StoreDigestAnswer`.
    @Sendable private func digest(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.digest(of: context.userID))
    }

    /// Takes `MoveCommit`, answers `MoveStatus` with the signed statement.
    @Sendable private func commit(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.commit(try await request.json(MoveCommit.self), of: context.userID))
    }

    /// Deletes what is still here of a store that has moved; answers `MoveStatus`.
    @Sendable private func empty(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.empty(of: context.userID))
    }
}
