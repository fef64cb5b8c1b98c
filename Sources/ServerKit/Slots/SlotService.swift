import CloudMLSAPI
import KeyHierarchy

/// A user's ways in: how many there can be, what becomes of sessions with them, and that the last one stays.
struct SlotService: Sendable {
    let storage: any SlotStorage
    /// Signalled after each write.
    let signals: UserSignals

    func slots(of user: UserID) async throws -> [StoredSlot] {
        try await storage.read { transaction in
            try transaction.checkAccess(of: user, isWrite: false)
            return try transaction.slots(of: user)
        }
    }

    /// Writes a slot and, where one is given, its login key. A new password key ends the user's other sessions unless they
    /// are to be kept.
    ///
    /// - Returns: the slot's new revision.
    func write(
        _ slot: NewSlot, login: LoginMethod?, keepingSessions: Bool, precondition: Precondition, by session: Session
    ) async throws -> UInt64 {
        let user = session.userID
        let written = try await storage.write { transaction in
            try transaction.checkAccess(of: user, isWrite: true)
            let stored = try transaction.slot(slot.id, of: user)
            try precondition.check(current: stored?.revision ?? 0)
            if let stored {
                guard stored.kind == slot.kind else { throw APIError.slotKindChanged }
            } else {
                guard try transaction.slotCount(of: slot.kind, of: user) < LoginKeyRule.maximumCount(of: slot.kind)
                else {
                    throw APIError(
                        .badRequest, "There are as many slots of this kind as there can be: replace or delete one.")
                }
            }
            let revision = precondition.expected + 1
            try transaction.putSlot(slot, revision: revision, of: user)
            if let login {
                try transaction.putLoginKey(login, ofSlot: slot.id, of: user)
                if login.kind == .password, !keepingSessions {
                    try transaction.endSessions(of: user, except: session.id)
                }
            }
            return revision
        }
        signals.signal(user)
        return written
    }

    /// Deletes a slot, its login key and the sessions that began with that key but for the one that asks; `last_way_in`
    /// where no other login key would remain.
    func delete(_ id: [UInt8], precondition: Precondition, by session: Session) async throws {
        let user = session.userID
        try await storage.write { transaction in
            try transaction.checkAccess(of: user, isWrite: true)
            guard let stored = try transaction.slot(id, of: user) else {
                throw APIError(.notFound, "There is no such slot.")
            }
            try precondition.check(current: stored.revision)
            guard let other = try transaction.otherWayIn(than: id, of: user) else {
                throw APIError(.lastWayIn, "This is the last way in: add another one first.")
            }
            // The session that asks goes on: it has more to do, here and at the other server.
            try transaction.transfer(session.id, from: id, to: other, of: user)
            try transaction.deleteSlot(id, of: user)
        }
        signals.signal(user)
    }
}

extension APIError {
    static let slotKindChanged = APIError(.badRequest, "A slot cannot change its kind.")
}
