import KeyHierarchy

extension StoreChecks {
    /// Compares the key store with the anchor and with what this device remembers.
    ///
    /// - Returns: what the user should see.
    /// - Throws: `rolledBack` where the keyring is older.
    static func compare(
        _ anchor: StoreAnchor, pins: ServerPins?, keyringRevision: Revision, slots: [StoreSlot],
        incarnation: [UInt8]
    ) throws -> [SignInNotice] {
        guard keyringRevision >= max(anchor.keyringRevision, pins?.keyringRevision ?? .none) else {
            throw rolledBack("The key store", "keyring")
        }
        var notices: [SignInNotice] = []
        if anchor.incarnation.bytes != incarnation { notices.append(.keyStoreRestored) }
        // A later keyring may well have come with other slots, and its anchor be on its way.
        if keyringRevision == anchor.keyringRevision, anchor.slotsDigest != SlotsDigest(of: slots) {
            notices.append(.waysInDiffer)
        }
        return notices
    }
}
