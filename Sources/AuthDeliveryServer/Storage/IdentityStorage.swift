package import CloudMLSAPI

/// The identity history: one strictly increasing number over all accounts for everything that happens to their keys.
package protocol IdentityStorage {
    /// The number given out last; 0 before the first.
    func newestIdentityHistory() throws -> UInt64
    /// Takes the next number.
    func nextIdentityHistory() throws -> UInt64
    /// An account's keys, oldest first.
    func identityKeys(of account: AccountID) throws -> [IdentityKeyRecord]
    /// The key of a signature scheme that nothing has replaced.
    func currentIdentityKey(of account: AccountID, scheme: UInt16) throws -> IdentityKeyRecord?
    func insertIdentityKey(_ key: IdentityKey, of account: AccountID, history: UInt64) throws
    /// Ends the key with number `history` under the number `replaced`.
    func endIdentityKey(history: UInt64, replaced: UInt64) throws
    /// Marks all keys of a scheme that were replaced as revoked.
    func revokeReplacedIdentityKeys(of account: AccountID, scheme: UInt16) throws
}
