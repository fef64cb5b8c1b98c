public import KeyHierarchy

/// A slot as it is listed by `GET /v1/slots`; both servers have slots.
public struct StoredSlot: Codable, Sendable, Hashable {
    /// 16 bytes; in paths in hexadecimal.
    public var id: Bytes
    public var kind: SlotKind
    /// 1 when it was first written.
    public var revision: UInt64
    public var body: Bytes
    /// The login key that goes with the slot; nil where the slot opens the data but signs nobody in.
    public var login: LoginMethod?

    public init(id: Bytes, kind: SlotKind, revision: UInt64, body: Bytes, login: LoginMethod? = nil) {
        self.id = id
        self.kind = kind
        self.revision = revision
        self.body = body
        self.login = login
    }
}

/// The answer of `GET /v1/slots`.
public struct SlotList: Codable, Sendable {
    public var slots: [StoredSlot]
    public init(slots: [StoredSlot]) { self.slots = slots }
}

/// `PUT /v1/slots/{id}` with `If-Match` or `If-None-Match: *`: a slot and, in the same transaction, the login key that
/// goes with it. `DELETE /v1/slots/{id}` with `If-Match` deletes both.
public struct SlotWrite: Codable, Sendable {
    public var kind: SlotKind
    public var body: Bytes
    /// Nil leaves the login key of this slot as it is.
    public var login: LoginMethod?
    /// Whether the user's other sessions go on after a new password; nil is no.
    public var keepsSessions: Bool?

    public init(kind: SlotKind, body: Bytes, login: LoginMethod?, keepsSessions: Bool? = nil) {
        self.kind = kind
        self.body = body
        self.login = login
        self.keepsSessions = keepsSessions
    }
}

/// The answer to every write of one thing with a revision; the `ETag` says the same.
public struct WriteResult: Codable, Sendable, Equatable {
    public var revision: UInt64
    public init(revision: UInt64) { self.revision = revision }
}
