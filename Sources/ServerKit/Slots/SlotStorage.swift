package import CloudMLSAPI

/// Slots and the login keys that go with them.
package protocol SlotStorage: Sendable {
    func slots(of user: UserID) async throws -> [StoredSlot]
    /// Writes a slot and, where one is given, its login key, in one transaction. A new password key ends the user's
    /// other sessions unless they are to be kept.
    /// - Returns: the slot's new revision.
    func writeSlot(
        _ slot: NewSlot, login: LoginMethod?, keepingSessions: Bool, precondition: Precondition, by session: Session
    ) async throws -> UInt64
    /// Deletes a slot, its login key and the sessions that began with that key but for the one that asks, in one
    /// transaction; `last_way_in` where no other login key would remain.
    func deleteSlot(_ id: [UInt8], precondition: Precondition, by session: Session) async throws
}
