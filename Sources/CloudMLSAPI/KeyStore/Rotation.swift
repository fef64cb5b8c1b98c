/// `POST /v1/rotation`: another data key, in one transaction; answers `WriteResult` with the keyring's new revision.
///
/// Where the answer is lost, `GET /v1/keyring` tells whether it was done: the body stored is the one sent.
public struct KeyRotation: Codable, Sendable {
    /// A slot as it is stored, sealed anew. Its kind and its login key stay.
    public struct Slot: Codable, Sendable, Hashable {
        /// 16 bytes.
        public var id: Bytes
        public var ifRevision: UInt64
        public var body: Bytes

        public init(id: Bytes, ifRevision: UInt64, body: Bytes) {
            self.id = id
            self.ifRevision = ifRevision
            self.body = body
        }
    }

    /// The keyring's revision that must be stored now.
    public var ifRevision: UInt64
    /// The keyring sealed under the new data key, with the old object key and the new one.
    public var keyring: Bytes
    /// Every slot that is stored, no more and no less: else `revision_conflict`.
    public var slots: [Slot]
    /// From now on bodies under a lower object key are refused with `key_retired`. It never falls.
    public var minimumKeyID: UInt32
    /// A `DataKeyHandover`, for devices that are signed in; nil leaves none.
    public var handover: Bytes?
    /// Whether all sessions but the one that asks end.
    public var endsOtherSessions: Bool

    public init(
        ifRevision: UInt64, keyring: Bytes, slots: [Slot], minimumKeyID: UInt32, handover: Bytes?,
        endsOtherSessions: Bool
    ) {
        self.ifRevision = ifRevision
        self.keyring = keyring
        self.slots = slots
        self.minimumKeyID = minimumKeyID
        self.handover = handover
        self.endsOtherSessions = endsOtherSessions
    }
}
