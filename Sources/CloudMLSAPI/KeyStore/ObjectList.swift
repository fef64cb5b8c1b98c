/// What is stored under a name, without its body.
public struct ListedObject: Codable, Sendable, Hashable {
    /// 32 bytes.
    public var name: Bytes
    public var revision: UInt64
    /// Bytes of the body; 0 for a tombstone.
    public var size: UInt64
    /// The object key that the body's header names: 0 where it has no header that can be read, nil for a tombstone.
    public var keyID: UInt32?
    public var deleted: Bool

    public init(name: Bytes, revision: UInt64, size: UInt64, keyID: UInt32?, deleted: Bool) {
        self.name = name
        self.revision = revision
        self.size = size
        self.keyID = keyID
        self.deleted = deleted
    }
}

/// The answer of `GET /v1/objects?after=<name>&limit=<n>&belowKey=<key id>`, at most 1,000 rows in the order of the names.
///
/// `after` is the last name of the page before, in hexadecimal. With `belowKey` only bodies under a lower key are listed;
/// a tombstone has none.
public struct ObjectsPage: Codable, Sendable {
    public var objects: [ListedObject]
    public var more: Bool
    /// On the page without `after`: how many there are on all pages.
    public var count: UInt64?

    public init(objects: [ListedObject], more: Bool, count: UInt64?) {
        self.objects = objects
        self.more = more
        self.count = count
    }
}
