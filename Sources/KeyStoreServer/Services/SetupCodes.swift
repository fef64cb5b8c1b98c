import CloudMLSAPI
import Crypto
package import KeyHierarchy
package import ServerKit

/// Makes setup codes. The server keeps only the hash of a code's token.
package struct SetupCodes: Sendable {
    /// In the data folder, while nobody has registered yet.
    package static let fileName = "setup-code"

    private let storage: any RegistrationStorage
    private let serverID: ServerID
    private let clock: ServerClock

    package init(storage: any RegistrationStorage, serverID: ServerID, clock: ServerClock) {
        self.storage = storage
        self.serverID = serverID
        self.clock = clock
    }

    /// A code that is good for one registration, within `Limits.setupCodeLifetime`.
    package func make(for purpose: SetupPurpose, at reachability: Reachability) async throws -> SetupCode {
        let token = SetupToken.random()
        let now = clock.now
        try await storage.addSetupToken(
            hash: Self.hash(token), purpose: purpose, expires: now + UInt64(Limits.setupCodeLifetime), now: now)
        return SetupCode(
            origin: reachability.origin, serverID: serverID, certificatePin: reachability.certificatePin,
            token: token)
    }

    static func hash(_ token: SetupToken) -> [UInt8] { Array(SHA256.hash(data: token.bytes)) }
}
