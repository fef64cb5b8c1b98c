import CloudMLSAPI
import KeyHierarchy

// All slots of a user at once, as a part of something larger.
extension SlotTransaction {
    /// Replaces the bodies of all slots that a user has; their login keys stay.
    ///
    /// - Returns: false, and nothing is written, where these are not exactly the slots that are stored.
    package func rewrap(_ slots: [RewrappedSlot], of user: UserID) throws -> Bool {
        let stored = Dictionary(
            try self.slots(of: user).map { ($0.id.array, SlotEntry(kind: $0.kind, revision: $0.revision)) },
            uniquingKeysWith: { first, _ in first })
        let fits = slots.allSatisfy { rewrapped in
            stored[rewrapped.slot.id] == SlotEntry(kind: rewrapped.slot.kind, revision: rewrapped.ifRevision)
                && rewrapped.ifRevision < Revision.maximum
        }
        guard fits, stored.count == slots.count else { return false }
        for rewrapped in slots {
            try putSlot(rewrapped.slot, revision: rewrapped.ifRevision + 1, of: user)
        }
        return true
    }

    /// Makes a user's slots and login keys exactly these. Sessions stay where the slot that began them does.
    package func replaceSlots(with slots: [ImportedSlot], of user: UserID) throws {
        let wanted = Dictionary(slots.map { ($0.slot.id, $0.slot.kind) }, uniquingKeysWith: { first, _ in first })
        for stored in try self.slots(of: user) {
            guard let kind = wanted[stored.id.array] else {
                try deleteSlot(stored.id.array, of: user)
                continue
            }
            guard kind == stored.kind else { throw APIError.slotKindChanged }
        }
        for item in slots {
            try putSlot(item.slot, revision: item.revision, of: user)
            try putLoginKey(item.login, ofSlot: item.slot.id, of: user)
        }
    }
}
