import CloudMLSAPI
import Hummingbird
import ServerKit

/// `/v1/accounts` and `/v1/identities`.
struct AccountRoutes: Sendable {
    let service: AccountService

    func add(to routes: some RouterMethods<SessionContext>) {
        routes.get("/v1/accounts", use: list)
        routes.put("/v1/accounts", use: put)
        routes.post("/v1/identities", use: identities)
    }

    /// Answers `AccountList` with the user's own.
    @Sendable private func list(_ request: Request, context: SessionContext) async throws -> Response {
        try .json(try await service.list(of: context.userID))
    }

    /// Takes `AccountRegistration`, answers `AccountRecord`.
    @Sendable private func put(_ request: Request, context: SessionContext) async throws -> Response {
        let registration = try await request.json(AccountRegistration.self)
        return try .json(try await service.put(registration, by: context.userID))
    }

    /// Takes `IdentitiesRequest`, answers `AccountList`.
    @Sendable private func identities(_ request: Request, context: SessionContext) async throws -> Response {
        let body = try await request.json(IdentitiesRequest.self, upTo: 1 << 20)
        return try .json(try await service.identities(body.accounts))
    }
}
