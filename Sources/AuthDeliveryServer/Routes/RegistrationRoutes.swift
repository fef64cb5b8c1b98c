import CloudMLSAPI
import Hummingbird
import KeyHierarchy
import ServerKit

/// `POST /v1/register`, where registration is open.
struct RegistrationRoutes: Sendable {
    let isOpen: Bool
    let storage: any RegistrationStorage
    let core: ServerCore

    func add(to routes: some RouterMethods<OpenContext>) {
        routes.post("/v1/register", use: register)
    }

    /// Takes `AuthDeliveryRegistration`; answers 201 with no body.
    @Sendable private func register(_ request: Request, context: OpenContext) async throws -> Response {
        try core.countRequest(request, context)
        guard isOpen else {
            throw APIError(.registrationRefused, "This server takes no new users.")
        }
        let body = try await request.json(AuthDeliveryRegistration.self)
        let user = try NewUser(name: body.user, login: body.login, slot: body.slot, role: .authDelivery)
        try await storage.insertUser(user, at: core.clock.now)
        return Response(status: .created)
    }
}
