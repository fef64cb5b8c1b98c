import CloudMLSAPI
import ServerKit

/// A user's keyring, and another data key in place of the present one.
struct KeyringService: Sendable {
    let storage: any KeyStoreStorage
    /// Signalled after each write.
    let signals: UserSignals

    func keyring(of user: UserID) async throws -> StoredKeyring {
        try await storage.read { transaction in
            try transaction.state(of: user).checkReadable()
            return try transaction.keyring(of: user)
        }
    }

    /// - Parameter endingHandover: deletes the handover in the same transaction.
    /// - Returns: the new revision.
    func write(
        _ keyring: [UInt8], endingHandover: Bool, precondition: Precondition, of user: UserID
    ) async throws -> UInt64 {
        let written = try await storage.write { transaction in
            try transaction.state(of: user).checkWritable()
            try precondition.check(current: try transaction.keyringRevision(of: user))
            let revision = precondition.expected + 1
            try transaction.putKeyring(keyring, revision: revision, of: user)
            if endingHandover { try transaction.putHandover(nil, of: user) }
            return revision
        }
        signals.signal(user)
        return written
    }

    /// Replaces the keyring and every slot, raises the least object key, and ends the other sessions where that is asked for.
    ///
    /// - Returns: the keyring's new revision.
    /// - Throws: `revision_conflict` with the keyring's revision, also where the slots are others than are stored.
    func rotate(_ rotation: NewRotation, by session: Session) async throws -> UInt64 {
        let user = session.userID
        let written = try await storage.write { transaction in
            let usage = try transaction.usage(of: user)
            try usage.state.checkWritable()
            let current = try transaction.keyringRevision(of: user)
            try rotation.precondition.check(current: current)
            guard rotation.minimumKeyID >= usage.minimumKeyID else {
                throw APIError(.badRequest, "The least object key never falls.")
            }
            guard try transaction.slots.rewrap(rotation.slots, of: user) else {
                throw APIError.conflict(current: current)
            }
            let revision = rotation.precondition.expected + 1
            try transaction.putKeyring(rotation.keyring, revision: revision, of: user)
            try transaction.putLeastKey(rotation.minimumKeyID, of: user)
            try transaction.putHandover(rotation.handover, of: user)
            if rotation.endsOtherSessions {
                try transaction.slots.endSessions(of: user, except: session.id)
                // Whoever has the old data key could still make a token to follow a move with.
                try transaction.endFollowing(of: user)
            }
            return revision
        }
        signals.signal(user)
        return written
    }
}
