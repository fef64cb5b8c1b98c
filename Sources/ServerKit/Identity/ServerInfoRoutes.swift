import CloudMLSAPI
import Hummingbird
import KeyHierarchy

/// `GET /v1/server` and `GET /health`: what anyone may know.
struct ServerInfoRoutes: Sendable {
    let role: ServerRole
    let identity: ServerIdentity
    let publicURLs: [Origin]
    let health: ServerHealth

    func add(to routes: some RouterMethods<OpenContext>) {
        routes.get("/v1/server", use: info)
        routes.get("/health", use: healthReport)
    }

    /// Answers `ServerInfo`.
    @Sendable private func info(_ request: Request, context: OpenContext) throws -> Response {
        try .json(
            ServerInfo(
                role: role, protocolVersion: APIVersion.current, serverID: Bytes(identity.serverID.bytes),
                identityKey: Bytes(identity.publicKey.bytes), incarnation: Bytes(identity.incarnation.bytes),
                origins: publicURLs.isEmpty ? nil : publicURLs.map(\.rawValue)))
    }

    /// Answers 200 while the server serves, `database_damaged` once its database cannot be trusted.
    @Sendable private func healthReport(_ request: Request, context: OpenContext) throws -> Response {
        guard health.damage == nil else { throw APIError.databaseDamaged }
        return try .json(["status": "ok"])
    }
}
