import CloudMLSAPI
import Hummingbird
import ServerKit

/// `/v1/groups`: registration, what is known of a group, and its log.
struct GroupRoutes: Sendable {
    let service: GroupService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/groups", use: list)
        routes.post("/v1/groups", use: register)
        routes.get("/v1/groups/:id", use: info)
        routes.get("/v1/groups/:id/log", use: log)
        routes.post("/v1/groups/:id/rejoin", use: rejoin)
    }

    /// Takes `after` in the query, answers `GroupList`.
    @Sendable private func list(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(
            try await service.list(of: context.userID, after: try request.query("after")?.bytes(count: 0...64) ?? []))
    }

    /// Takes `GroupRegistration`, answers `GroupInfoRecord`.
    @Sendable private func register(_ request: Request, context: SessionContext) async throws -> Response {
        let registration = try await request.json(GroupRegistration.self)
        return try .json(try await service.register(registration, by: context.userID))
    }

    /// Answers `GroupInfoRecord`.
    @Sendable private func info(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.info(try context.groupID(), for: context.userID))
    }

    /// Takes `after` and `limit` in the query, answers `LogPage`.
    @Sendable private func log(_ request: Request, context: SessionContext) async throws -> Response {
        let page = try await service.log(
            try context.groupID(), for: context.userID, after: try request.query("after")?.number() ?? 0,
            limit: try request.pageLimit(maximum: 1_000, fallback: 100))
        return try .json(page)
    }

    /// Takes `RejoinRequest`; answers 204.
    @Sendable private func rejoin(_ request: Request, context: SessionContext) async throws -> Response {
        let body = try await request.json(RejoinRequest.self)
        try await service.requestRejoin(body, of: try context.groupID(), by: context.userID)
        return Response(status: .noContent)
    }
}

extension SessionContext {
    /// The MLS group id in the path.
    func groupID() throws(APIError) -> [UInt8] { try path("id").bytes(count: 16...64, else: .notFound) }
}
