import CloudMLSAPI
import HTTPTypes
import Hummingbird
import KeyHierarchy
import ServerKit

/// `/v1/import`: a store arrives from another key store.
struct ImportRoutes: Sendable {
    let core: ServerCore
    let service: ImportService
    let limits: KeyStoreLimits

    /// Bytes of all slots and the keyring in base64, and what goes around them.
    private static let contentsLimit = 4 << 20
    private let bodies = BodyGate(limit: 4)

    func add(to routes: some RouterMethods<OpenContext>) {
        routes.post("/v1/import", use: register)
        routes.post("/v1/import/follow", use: follow)
    }

    func add(toSessionRoutes routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/import", use: status)
        routes.put("/v1/import", use: restart)
        routes.put("/v1/import/objects", use: addObjects)
        routes.get("/v1/import/digest", use: digest)
        routes.post("/v1/import/open", use: open)
    }

    /// Takes `KeyStoreImport`, with a setup code's token like a registration; answers 201 without a body.
    @Sendable private func register(_ request: Request, context: OpenContext) async throws -> Response {
        try core.countRequest(request, context)
        let body = try await bodies.pass { try await request.json(KeyStoreImport.self, upTo: Self.contentsLimit) }
        try await service.register(body)
        return Response(status: .created)
    }

    /// Takes `FollowRequest`, answers `SessionTokens`.
    @Sendable private func follow(_ request: Request, context: OpenContext) async throws -> Response {
        try core.countRequest(request, context)
        return try .json(try await service.follow(try await request.json(FollowRequest.self)))
    }

    /// Answers `ImportStatus`.
    @Sendable private func status(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.status(of: context.userID))
    }

    /// Takes `ImportContents`, answers `ImportStatus`: what another move had copied is dropped.
    @Sendable private func restart(_ request: Request, context: SessionContext) async throws -> Response {
        let contents = try await request.json(ImportContents.self, upTo: Self.contentsLimit)
        return try .json(try await service.restart(contents, by: context.session))
    }

    /// Takes `ImportObjects`, answers `ImportStatus`.
    @Sendable private func addObjects(_ request: Request, context: SessionContext) async throws -> Response {
        // Base64 takes four bytes for three; what goes around it is small and bounded by the count.
        let bodyLimit = limits.batchSize / 3 * 4 + (Limits.movedObjects + 1) * 256
        let body = try await request.json(ImportObjects.self, upTo: bodyLimit)
        return try .json(try await service.add(body, of: context.userID))
    }

    /// Answers `StoreDigestAnswer`.
    @Sendable private func digest(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.digest(of: context.userID))
    }

    /// Takes `ImportOpening`, answers `ImportStatus`: the store is open from now on.
    @Sendable private func open(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.open(try await request.json(ImportOpening.self), of: context.userID))
    }
}
