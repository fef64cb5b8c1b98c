package import CloudMLSAPI
package import KeyHierarchy
package import ServerKit

/// What comes with a store besides its objects, checked.
package struct StoreImport: Sendable {
    package var moveID: MoveID
    /// Nil where the store comes from a file.
    package var sourceKey: ServerPublicKey?
    package var keyringRevision: UInt64
    package var keyring: [UInt8]
    package var slots: [ImportedSlot]
    /// 32 bytes.
    package var followHash: [UInt8]
}

/// What an import expects before it opens.
package struct ExpectedMove: Sendable {
    package var storeID: StoreID
    package var moveID: MoveID
    package var sourceKey: ServerPublicKey?
    package var state: StoreState
    /// Rises with whatever arrives.
    package var mark: UInt64
}

/// A store that comes from another key store.
package protocol ImportStorage: Sendable {
    /// Adds a user whose store is receiving, in one transaction.
    /// - Parameters:
    ///   - tokenHash: as for a registration.
    ///   - followUntil: seconds since 1970.
    func register(
        user: String, storeID: StoreID, _ store: StoreImport, followUntil: UInt64, tokenHash: [UInt8]?, now: UInt64
    ) async throws
    /// Takes slots and keyring anew, drops what another move had copied, and ends all sessions but the one that asks.
    func restart(_ store: StoreImport, followUntil: UInt64, by session: Session) async throws -> ImportStatus
    func status(of user: UserID) async throws -> ImportStatus
    func add(_ objects: [StoredObject], move: MoveID, of user: UserID) async throws -> ImportStatus
    func digest(of user: UserID) async throws -> StoreDigestAnswer
    func expected(of user: UserID) async throws -> ExpectedMove
    /// Receiving to active; `move_conflict` where something arrived since `mark`.
    func open(_ move: MoveID, since mark: UInt64, followUntil: UInt64, of user: UserID) async throws -> ImportStatus
    /// The login key that a session of a device that followed hangs on; nil unless the token is the user's and good.
    func followed(user: String, tokenHash: [UInt8], now: UInt64) async throws -> (key: StoredLoginKey, kind: SlotKind)?
}
