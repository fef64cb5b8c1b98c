package import CloudMLSAPI
package import ServerKit

/// Another data key, checked as far as a server can.
package struct NewRotation: Sendable {
    package var precondition: Precondition
    package var keyring: [UInt8]
    package var slots: [RewrappedSlot]
    package var minimumKeyID: UInt32
    package var handover: [UInt8]?
    package var endsOtherSessions: Bool
}

/// Each user's sealed keyring.
package protocol KeyringStorage: Sendable {
    func keyring(of user: UserID) async throws -> StoredKeyring
    /// - Parameter endingHandover: deletes the handover in the same transaction.
    /// - Returns: the new revision.
    func writeKeyring(
        _ body: [UInt8], endingHandover: Bool, precondition: Precondition, of user: UserID
    ) async throws -> UInt64
    /// Replaces the keyring and every slot, raises the least object key, and ends the other sessions where that is asked
    /// for, in one transaction.
    /// - Returns: the keyring's new revision.
    /// - Throws: `revision_conflict` with the keyring's revision, also where the slots are others than are stored.
    func rotate(_ rotation: NewRotation, by session: Session) async throws -> UInt64
}
