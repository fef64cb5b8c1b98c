package import CloudMLSAPI
package import ServerKit

/// A platform account and whose it is.
package struct StoredAccount: Hashable, Sendable {
    package var id: AccountID
    package var address: AccountAddress
    package var user: UserID
}

/// Platform accounts: each belongs to one user, for good.
package protocol AccountStorage {
    func account(_ address: AccountAddress) throws -> StoredAccount?
    func account(_ id: AccountID) throws -> StoredAccount?
    /// In the order in which they were made.
    func accounts(of user: UserID) throws -> [StoredAccount]
    /// The address must be free.
    func insertAccount(_ address: AccountAddress, of user: UserID) throws -> StoredAccount
}
