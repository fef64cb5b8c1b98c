public import KeyHierarchy

/// One of a user's sessions, as `GET /v1/sessions` lists them; both servers have sessions.
///
/// `DELETE /v1/sessions/{id}` ends one, `DELETE /v1/sessions` all but the one that asks; both answer 204.
public struct SessionRecord: Codable, Sendable, Hashable {
    /// Names the session in paths; means nothing elsewhere.
    public var id: Int64
    /// What the device called itself when it signed in.
    public var deviceName: String
    /// The kind of key that it signed in with.
    public var kind: SlotKind
    /// The slot that the key belongs to, 16 bytes.
    public var slotID: Bytes
    /// When it signed in, in seconds since 1970 by the server's clock.
    public var created: UInt64
    /// When it last renewed its tokens, likewise; a device in use does every ten minutes.
    public var renewed: UInt64
    /// Whether it is the session that asks.
    public var isCurrent: Bool

    public init(
        id: Int64, deviceName: String, kind: SlotKind, slotID: Bytes, created: UInt64, renewed: UInt64,
        isCurrent: Bool
    ) {
        self.id = id
        self.deviceName = deviceName
        self.kind = kind
        self.slotID = slotID
        self.created = created
        self.renewed = renewed
        self.isCurrent = isCurrent
    }
}

/// The answer of `GET /v1/sessions`, the newest sign-in first.
public struct SessionList: Codable, Sendable {
    public var sessions: [SessionRecord]
    public init(sessions: [SessionRecord]) { self.sessions = sessions }
}
