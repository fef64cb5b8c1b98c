/// One row of the change feed, `GET /v1/changes?after=<cursor>&limit=<n>`: an object's newest state; older changes of
/// the same object are not repeated.
public struct ObjectChange: Codable, Sendable, Hashable {
    /// Strictly increasing within the user's data and incarnation.
    public var cursor: UInt64
    public var name: Bytes
    public var revision: UInt64
    public var deleted: Bool

    public init(cursor: UInt64, name: Bytes, revision: UInt64, deleted: Bool) {
        self.cursor = cursor
        self.name = name
        self.revision = revision
        self.deleted = deleted
    }
}

/// The answer of `GET /v1/changes`, at most 1,000 rows.
public struct ChangesResponse: Codable, Sendable {
    public var changes: [ObjectChange]
    /// What to say as `after` the next time.
    public var cursor: UInt64
    public var more: Bool

    public init(changes: [ObjectChange], cursor: UInt64, more: Bool) {
        self.changes = changes
        self.cursor = cursor
        self.more = more
    }
}
