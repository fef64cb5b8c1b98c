/// A slot that is stored, sealed to something new inside.
package struct RewrappedSlot: Sendable, Hashable {
    package var slot: NewSlot
    /// The revision that must be stored now.
    package var ifRevision: UInt64

    package init(slot: NewSlot, ifRevision: UInt64) {
        self.slot = slot
        self.ifRevision = ifRevision
    }
}
