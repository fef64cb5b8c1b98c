import CloudMLSAPI
import Hummingbird
import ServerKit

/// `GET /v1/keyring` and `PUT /v1/keyring`.
struct KeyringRoutes: Sendable {
    let storage: any KeyringStorage

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/keyring", use: get)
        routes.put("/v1/keyring", use: put)
    }

    /// Answers `StoredKeyring`.
    @Sendable private func get(_ request: Request, context: SessionContext) async throws -> Response {
        let keyring = try await storage.keyring(of: context.userID)
        return try .json(keyring, headers: [.eTag: Response.entityTag(keyring.revision)])
    }

    /// Takes `KeyringWrite` under `If-Match`; answers `WriteResult`.
    @Sendable private func put(_ request: Request, context: SessionContext) async throws -> Response {
        let precondition = try Precondition(request.headers)
        let body = try await request.json(KeyringWrite.self).body.array
        guard body.count <= Limits.smallBody else { throw APIError.bodyTooLarge(Limits.smallBody) }
        let revision = try await storage.writeKeyring(body, precondition: precondition, of: context.userID)
        return try .written(revision)
    }
}
