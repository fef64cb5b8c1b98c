import CloudMLSAPI
import HTTPTypes
import Hummingbird
import KeyHierarchy

/// `GET /v1/slots`, `PUT /v1/slots/{id}` and `DELETE /v1/slots/{id}`: the ways in.
struct SlotRoutes: Sendable {
    let role: ServerRole
    let service: SlotService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/slots", use: list)
        routes.put("/v1/slots/:id", use: put)
        routes.delete("/v1/slots/:id", use: delete)
    }

    /// Lists the user's slots as `SlotList`.
    @Sendable private func list(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(SlotList(slots: try await service.slots(of: context.userID)))
    }

    /// Takes `SlotWrite` under a precondition; answers `WriteResult`.
    @Sendable private func put(_ request: Request, context: SessionContext) async throws -> Response {
        let id = try Self.slotID(context)
        let precondition = try Precondition(request.headers)
        let write = try await request.json(SlotWrite.self)
        let slot = try NewSlot(body: write.body.array, kind: write.kind, role: role)
        guard slot.id == id else { throw APIError(.badRequest, "The slot in the body has another id than the path.") }
        let login = try write.login.map { try LoginKeyRule.checked($0, for: write.kind) }
        let revision = try await service.write(
            slot, login: login, keepingSessions: write.keepsSessions ?? false, precondition: precondition,
            by: context.session)
        return .written(revision)
    }

    /// Deletes under `If-Match`; answers 204.
    @Sendable private func delete(_ request: Request, context: SessionContext) async throws -> Response {
        let id = try Self.slotID(context)
        let precondition = try Precondition(request.headers)
        guard case .revision = precondition else { throw APIError(.badRequest, "DELETE takes If-Match.") }
        try await service.delete(id, precondition: precondition, by: context.session)
        return Response(status: .noContent)
    }

    private static func slotID(_ context: SessionContext) throws(APIError) -> [UInt8] {
        try context.path("id").bytes(count: SlotIDKind.byteCount...SlotIDKind.byteCount)
    }
}
