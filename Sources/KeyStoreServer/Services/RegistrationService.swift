import CloudMLSAPI
import KeyHierarchy
import ServerKit

/// Who becomes a user: whoever has a setup code or, where registration is open, anyone.
struct RegistrationService: Sendable {
    let storage: any RegistrationStorage
    let registration: KeyStoreConfiguration.Registration
    let folder: DataFolder
    let clock: ServerClock

    func register(_ request: KeyStoreRegistration) async throws {
        let tokenHash = try tokenHash(of: request.setupToken)
        guard request.storeID.array.count == StoreIDKind.byteCount else {
            throw APIError(.badRequest, "A store id has \(StoreIDKind.byteCount) bytes.")
        }
        guard request.keyring.array.count <= Limits.smallBody else {
            throw APIError.bodyTooLarge(Limits.smallBody)
        }
        let user = try NewUser(name: request.user, login: request.login, slot: request.slot, role: .keyStore)
        try await storage.register(
            NewStore(user: user, storeID: request.storeID.array, keyring: request.keyring.array),
            tokenHash: tokenHash, now: clock.now)
        somebodyCame()
    }

    /// Of the setup token that lets somebody in, by a registration or with a store that moves here; nil where anyone can
    /// register. `registration_refused` where there is none and has to be one.
    func tokenHash(of setupToken: Bytes?) throws(APIError) -> [UInt8]? {
        guard registration == .closed else { return nil }
        guard let token = setupToken.flatMap({ SetupToken(bytes: $0.array) }) else {
            throw APIError.registrationRefused
        }
        return SetupCodes.hash(token)
    }

    /// The code with which the first user registers is of no use any more.
    func somebodyCame() { folder.removeFile(named: SetupCodes.fileName) }
}
