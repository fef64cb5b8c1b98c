/// What is stored under a path, opened.
package struct SealedValue: Sendable, Equatable {
    /// 0 where the path was never used.
    package var revision: UInt64
    /// Nil where there is nothing, or only a tombstone.
    package var body: [UInt8]?

    package init(revision: UInt64, body: [UInt8]?) {
        self.revision = revision
        self.body = body
    }
}

/// One write of an atomic batch.
package struct SealedWrite: Sendable, Equatable {
    package var path: String
    /// The revision that must be stored now; 0 for a path never used.
    package var ifRevision: UInt64
    /// The new plaintext; nil deletes.
    package var body: [UInt8]?

    package init(path: String, ifRevision: UInt64, body: [UInt8]?) {
        self.path = path
        self.ifRevision = ifRevision
        self.body = body
    }
}

/// What came of a batch.
package enum WriteOutcome: Sendable, Equatable {
    /// All was written; the new revisions in the order of the writes.
    case written([UInt64])
    /// Nothing was written, because the write with this index met another revision.
    case conflict(index: Int, currentRevision: UInt64)
}
