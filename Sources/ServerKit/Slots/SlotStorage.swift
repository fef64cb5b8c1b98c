package import CloudMLSAPI
package import KeyHierarchy

/// Where slots are kept, and the login keys that go with them.
///
/// The rules are in `SlotService`, which sees only these protocols. A request's effects are one `write`: all of them are
/// there after its answer, or none.
package protocol SlotStorage: Sendable {
    /// Runs `body` on one snapshot of the data; writing in it is an error.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SlotTransaction) throws -> Value
    ) async throws -> Value

    /// Runs `body` in a transaction that excludes every other writer, and commits it durably unless `body` throws. It must
    /// have no effect outside of the transaction, since it may be run again.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SlotTransaction) throws -> Value
    ) async throws -> Value
}

/// What can be done inside a transaction. Not `Sendable`: it lives as long as the closure that got it.
package protocol SlotTransaction {
    /// Throws where the user's slots cannot be read, or written, as things stand with what else there is of the user's.
    func checkAccess(of user: UserID, isWrite: Bool) throws
    /// All of the user's, by ascending id.
    func slots(of user: UserID) throws -> [StoredSlot]
    /// What is known of one without its body; nil where there is none.
    func slot(_ id: [UInt8], of user: UserID) throws -> SlotEntry?
    func slotCount(of kind: SlotKind, of user: UserID) throws -> Int
    /// Adds a slot, or replaces the one of its id, at this revision. Its login key stays.
    func putSlot(_ slot: NewSlot, revision: UInt64, of user: UserID) throws
    /// Deletes a slot, its login key, and the sessions that began with that key.
    func deleteSlot(_ id: [UInt8], of user: UserID) throws
    /// Sets the login key of a slot that is there, or removes it. Sessions that began with it stay.
    func putLoginKey(_ key: LoginMethod?, ofSlot id: [UInt8], of user: UserID) throws
    /// A slot with a login key that is another one than this.
    func otherWayIn(than id: [UInt8], of user: UserID) throws -> [UInt8]?
    /// Lets a session that began with a slot go on with another one. Where it did not begin with a password it is not renewed
    /// any more.
    func transfer(_ session: Session.ID, from id: [UInt8], to other: [UInt8], of user: UserID) throws
    func endSessions(of user: UserID, except session: Session.ID) throws
}

/// A slot without its body.
package struct SlotEntry: Hashable, Sendable {
    package var kind: SlotKind
    package var revision: UInt64

    package init(kind: SlotKind, revision: UInt64) {
        self.kind = kind
        self.revision = revision
    }
}
