/// `GET /v1/keyring`: the sealed keyring has a route of its own, since its name cannot be blinded with a key inside it.
public struct StoredKeyring: Codable, Sendable, Hashable {
    /// 16 bytes.
    public var storeID: Bytes
    public var revision: UInt64
    public var body: Bytes
    /// The least object key under which a body can be written; 0 before the first rotation.
    public var minimumKeyID: UInt32
    /// A `DataKeyHandover` while a rotation runs that lets other devices follow.
    public var handover: Bytes?

    public init(storeID: Bytes, revision: UInt64, body: Bytes, minimumKeyID: UInt32 = 0, handover: Bytes? = nil) {
        self.storeID = storeID
        self.revision = revision
        self.body = body
        self.minimumKeyID = minimumKeyID
        self.handover = handover
    }
}

/// `PUT /v1/keyring` with `If-Match`; answers `WriteResult`.
public struct KeyringWrite: Codable, Sendable {
    public var body: Bytes
    /// Whether the handover is deleted with it: the last write of a rotation. Nil is no.
    public var endsHandover: Bool?

    public init(body: Bytes, endsHandover: Bool? = nil) {
        self.body = body
        self.endsHandover = endsHandover
    }
}
