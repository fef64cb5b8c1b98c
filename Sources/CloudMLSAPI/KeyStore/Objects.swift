// A single object is not JSON: `PUT /v1/objects/{name}` takes an octet stream with `If-Match: "<revision>"` or
// `If-None-Match: *` and answers `WriteResult`; `GET` answers an octet stream with `ETag: "<revision>"`; `DELETE` with
// `If-Match` leaves a tombstone. `{name}` is the blinded name: 64 lower-case hexadecimal digits.

/// `POST /v1/objects/read`: many objects at once, at most `Limits.batchCount` names.
public struct ObjectsReadRequest: Codable, Sendable {
    /// Blinded names, 32 bytes each.
    public var names: [Bytes]
    public init(names: [Bytes]) { self.names = names }
}

/// An object as `POST /v1/objects/read` gives it.
public struct StoredObject: Codable, Sendable, Hashable {
    public var name: Bytes
    /// 0 where the name was never used.
    public var revision: UInt64
    /// Nil where there is none, or only a tombstone.
    public var body: Bytes?

    public init(name: Bytes, revision: UInt64, body: Bytes?) {
        self.name = name
        self.revision = revision
        self.body = body
    }
}

/// The answer of `POST /v1/objects/read`, in the order of the names. It can be shorter than the names where the bodies
/// would go over `Limits.batchSize`: ask again for the rest.
public struct ObjectsReadResponse: Codable, Sendable {
    public var objects: [StoredObject]
    public init(objects: [StoredObject]) { self.objects = objects }
}

/// One operation of a batch: a write where `body` is there, else a deletion.
public struct BatchOperation: Codable, Sendable, Hashable {
    public var name: Bytes
    /// The revision that must be stored now; 0 stands for `If-None-Match: *`, a name never used.
    public var ifRevision: UInt64
    public var body: Bytes?

    public init(name: Bytes, ifRevision: UInt64, body: Bytes?) {
        self.name = name
        self.ifRevision = ifRevision
        self.body = body
    }
}

/// `POST /v1/objects/batch`: all or nothing.
public struct BatchRequest: Codable, Sendable {
    public var operations: [BatchOperation]
    public init(operations: [BatchOperation]) { self.operations = operations }
}

/// The answer of a batch: the new revision of each operation's object, in order.
public struct BatchResponse: Codable, Sendable {
    public var revisions: [UInt64]
    public init(revisions: [UInt64]) { self.revisions = revisions }
}
