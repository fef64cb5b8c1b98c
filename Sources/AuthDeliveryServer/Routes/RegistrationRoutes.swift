import CloudMLSAPI
import Hummingbird
import ServerKit

/// `POST /v1/register`, where registration is open.
struct RegistrationRoutes: Sendable {
    let core: ServerCore
    let service: RegistrationService

    func add(to routes: some RouterMethods<OpenContext>) {
        routes.post("/v1/register", use: register)
    }

    /// Takes `AuthDeliveryRegistration`; answers 201 with no body.
    @Sendable private func register(_ request: Request, context: OpenContext) async throws -> Response {
        try core.countRequest(request, context)
        try service.checkOpen()
        try await service.register(try await request.json(AuthDeliveryRegistration.self))
        return Response(status: .created)
    }
}
