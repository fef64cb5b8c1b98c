import CloudMLSAPI
import KeyHierarchy
import ServerKit

/// Who becomes a user: anyone, where registration is open.
struct RegistrationService: Sendable {
    let storage: any RegistrationStorage
    let isOpen: Bool
    let clock: ServerClock

    /// `registration_refused` where nobody can register, whatever they send.
    func checkOpen() throws(APIError) {
        guard isOpen else { throw APIError(.registrationRefused, "This server takes no new users.") }
    }

    func register(_ request: AuthDeliveryRegistration) async throws {
        try checkOpen()
        let user = try NewUser(name: request.user, login: request.login, slot: request.slot, role: .authDelivery)
        try await storage.insertUser(user, at: clock.now)
    }
}
