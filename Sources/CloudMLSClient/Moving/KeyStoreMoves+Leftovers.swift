import CloudMLSAPI
public import KeyHierarchy
import MLSCodec

extension KeyStoreMoves {
    /// The address of the key store that this device's store has moved away from; nil where it knows of none.
    public func leftKeyStore() async throws -> Origin? { try await left()?.origin }

    /// Deletes what stayed behind at the key store that the store has moved away from. It goes on telling devices that
    /// come later where the store is.
    ///
    /// - Parameter password: the one that it knows: the old one, where it was changed since.
    /// - Throws: `ClientError`; `refused(.moveConflict)` where the store has not moved away from there.
    public func emptyLeft(password: Password) async throws {
        guard let left = try await left() else {
            throw ClientError(
                .invalidArgument, "This device knows of no key store that your data has moved away from.",
                hint: "Run this on the device that moved it.")
        }
        try left.origin.requireEncryption(allowingPlaintext: context.environment.allowsPlaintext)
        let service = connector.keyStore(at: left.origin, certificatePin: left.certificatePin, tokens: nil) { _ in }
        let hasher = PasswordHasher(password, policy: context.environment.kdfPolicy)
        let login = PasswordLogin(
            role: .keyStore, origin: left.origin, userName: left.userName, pinned: left.serverID,
            environment: context.environment)
        let output = try await context.environment.run(login) { action in
            try await Authenticator.perform(action, service, hasher)
        }
        guard output.isAccepted else {
            throw ClientError(
                .wrongPassword, "The old key store does not take the password.",
                hint: "It knows the password that you had when your data moved.")
        }
        do {
            _ = try await service.emptyMoved()
        } catch {
            try? await service.logout()
            throw error
        }
        try? await service.logout()
        try await context.local.write(leftName, nil)
    }

    private var leftName: String {
        LeftKeyStore.localName(user: context.userName, at: context.authDeliveryOrigin)
    }

    private func left() async throws -> LeftKeyStore? {
        guard let bytes = try await context.local.read(leftName) else { return nil }
        guard let left = try? LeftKeyStore(decoding: bytes) else {
            throw ClientError(
                .formatOfAnotherVersion, "What this device remembers of the old key store cannot be read.",
                hint: "Use the newest release of this program.")
        }
        return left
    }
}
