import CloudMLSAPI
import HTTPTypes
import Hummingbird
import ServerKit

/// `POST /v1/register`.
struct RegistrationRoutes: Sendable {
    let core: ServerCore
    let service: RegistrationService

    func add(to routes: some RouterMethods<OpenContext>) {
        routes.post("/v1/register", use: register)
    }

    /// Takes `KeyStoreRegistration`; answers 201 without a body. Everything is written in one transaction; the same
    /// request again is refused, since its setup token is used up: a client that lost the answer tries to log in.
    @Sendable private func register(_ request: Request, context: OpenContext) async throws -> Response {
        try core.countRequest(request, context)
        try await service.register(try await request.json(KeyStoreRegistration.self, upTo: 2 * Limits.jsonBody))
        return Response(status: .created)
    }
}
