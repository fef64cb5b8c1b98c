package import CloudMLSAPI
package import ServerKit

/// Each user's sealed keyring, and what goes with replacing the keys in it.
package protocol KeyringStorage {
    /// `not_found` where the user has no store.
    func keyring(of user: UserID) throws -> StoredKeyring
    /// `not_found` where the user has no store.
    func keyringRevision(of user: UserID) throws -> UInt64
    func putKeyring(_ keyring: [UInt8], revision: UInt64, of user: UserID) throws
    /// Sets what leads other devices to a new data key, or removes it.
    func putHandover(_ handover: [UInt8]?, of user: UserID) throws
    /// Whether other devices still need an old data key, or objects an old object key.
    func isRotating(_ user: UserID) throws -> Bool
    /// Sets the least object key that a body may be sealed under.
    func putLeastKey(_ key: UInt32, of user: UserID) throws
    /// Lets no write be under a lower object key than the lowest that there is, nor than before.
    func raiseLeastKey(of user: UserID) throws
}
