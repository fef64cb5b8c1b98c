import CloudMLSAPI
import Hummingbird
import ServerKit

/// `GET /v1/keyring`, `PUT /v1/keyring` and `POST /v1/rotation`.
struct KeyringRoutes: Sendable {
    let service: KeyringService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/keyring", use: get)
        routes.put("/v1/keyring", use: put)
        routes.post("/v1/rotation", use: rotate)
    }

    /// Answers `StoredKeyring`.
    @Sendable private func get(_ request: Request, context: SessionContext) async throws -> Response {
        let keyring = try await service.keyring(of: context.userID)
        return try .json(keyring, headers: [.eTag: Answer.entityTag(keyring.revision)])
    }

    /// Takes `KeyringWrite` under `If-Match`; answers `WriteResult`.
    @Sendable private func put(_ request: Request, context: SessionContext) async throws -> Response {
        let precondition = try Precondition(request.headers)
        let write = try await request.json(KeyringWrite.self)
        guard write.body.array.count <= Limits.smallBody else { throw APIError.bodyTooLarge(Limits.smallBody) }
        let revision = try await service.write(
            write.body.array, endingHandover: write.endsHandover ?? false, precondition: precondition,
            of: context.userID)
        return .written(revision)
    }

    /// Takes `KeyRotation`; answers `WriteResult`.
    @Sendable private func rotate(_ request: Request, context: SessionContext) async throws -> Response {
        let rotation = try NewRotation(try await request.json(KeyRotation.self))
        return .written(try await service.rotate(rotation, by: context.session))
    }
}
