package import ServerKit

/// A registration at a key store, checked.
package struct NewStore: Sendable {
    package var user: NewUser
    /// 16 bytes.
    package var storeID: [UInt8]
    /// The keyring's first revision.
    package var keyring: [UInt8]

    package init(user: NewUser, storeID: [UInt8], keyring: [UInt8]) {
        self.user = user
        self.storeID = storeID
        self.keyring = keyring
    }
}

/// What a setup code is for.
package enum SetupPurpose: String, Sendable {
    /// Made by the server while it has no users; a later one takes its place.
    case firstStart = "first start"
    case invitation
}

/// Users and the setup tokens that let them in.
package protocol RegistrationStorage: Sendable {
    /// Adds a user with everything that belongs to one, in one transaction.
    /// - Parameter tokenHash: SHA-256 of the setup token, which is used up; nil where anyone can register.
    /// - Throws: `registration_refused` where the token is not good at `now`; `name_taken`, which leaves it unused.
    func register(_ store: NewStore, tokenHash: [UInt8]?, now: UInt64) async throws
    /// Lets one registration happen until `expires`, in seconds since 1970.
    func addSetupToken(hash: [UInt8], purpose: SetupPurpose, expires: UInt64, now: UInt64) async throws
    func hasUsers() async throws -> Bool
}
