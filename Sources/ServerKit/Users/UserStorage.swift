package import CloudMLSAPI
package import KeyHierarchy

/// One of a user's login keys.
package struct StoredLoginKey: Sendable, Hashable {
    package var userID: UserID
    /// The slot that it goes with.
    package var slotID: [UInt8]
    /// Ed25519, 32 bytes.
    package var publicKey: [UInt8]

    package init(userID: UserID, slotID: [UInt8], publicKey: [UInt8]) {
        self.userID = userID
        self.slotID = slotID
        self.publicKey = publicKey
    }
}

/// Who may log in, and with which keys.
package protocol UserStorage: Sendable {
    /// What the user's next password login derives its key with; nil where there is no such user or no password.
    func passwordKDF(ofUserNamed name: String) async throws -> KDFDescription?
    /// The login keys of a kind; none where there is no such user.
    func loginKeys(ofUserNamed name: String, kind: SlotKind) async throws -> [StoredLoginKey]
}
