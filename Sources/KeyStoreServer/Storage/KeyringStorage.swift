package import CloudMLSAPI
package import ServerKit

/// Each user's sealed keyring.
package protocol KeyringStorage: Sendable {
    func keyring(of user: UserID) async throws -> StoredKeyring
    /// - Returns: the new revision.
    func writeKeyring(_ body: [UInt8], precondition: Precondition, of user: UserID) async throws -> UInt64
}
