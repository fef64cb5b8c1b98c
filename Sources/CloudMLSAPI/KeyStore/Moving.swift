// A store moves from one key store, the source, to another, the destination; neither talks to the other. These are the
// source's routes, `Importing.swift` has the destination's. All of them take a session.

/// Where a store stands.
public enum StoreState: String, Codable, Sendable, Hashable, CaseIterable {
    case active
    /// At the source: everything can be read, nothing can be written.
    case moving
    /// At the source, for good: only `GET /v1/move` answers.
    case moved
    /// At the destination: it takes what is copied, and nothing else.
    case receiving
}

/// The answer of `GET /v1/move`, and of everything that changes it.
public struct MoveStatus: Codable, Sendable, Hashable {
    public var state: StoreState
    /// 16 bytes, of the move that is under way or done.
    public var moveID: Bytes?
    /// The destination's server id, 32 bytes.
    public var destination: Bytes?
    /// Objects, deleted ones included.
    public var objects: UInt64
    /// Of all bodies.
    public var bytes: UInt64
    /// Once moved: `KeyHierarchy`'s `SignedMovedStatement`.
    public var statement: Bytes?
    /// Once moved: `KeyHierarchy`'s `ForwardPointer`.
    public var forward: Bytes?

    public init(
        state: StoreState, moveID: Bytes? = nil, destination: Bytes? = nil, objects: UInt64, bytes: UInt64,
        statement: Bytes? = nil, forward: Bytes? = nil
    ) {
        self.state = state
        self.moveID = moveID
        self.destination = destination
        self.objects = objects
        self.bytes = bytes
        self.statement = statement
        self.forward = forward
    }
}

/// `POST /v1/move`: from now on nothing can be written. `DELETE /v1/move` takes it back, until the move is committed.
public struct MoveRequest: Codable, Sendable {
    /// 16 random bytes. The same request again changes nothing; an id that was cancelled is not taken again.
    public var moveID: Bytes
    /// The destination's server id, 32 bytes.
    public var destination: Bytes

    public init(moveID: Bytes, destination: Bytes) {
        self.moveID = moveID
        self.destination = destination
    }
}

/// `GET /v1/move/objects?after=<name in hexadecimal>`: all objects by ascending name, deleted ones included, a page at a
/// time. A page ends where its bodies would go over `Limits.batchSize`, or at `Limits.movedObjects`.
public struct MovePage: Codable, Sendable {
    public var objects: [StoredObject]
    public var more: Bool

    public init(objects: [StoredObject], more: Bool) {
        self.objects = objects
        self.more = more
    }
}

/// `GET /v1/move/digest` at the source, `GET /v1/import/digest` at the destination.
public struct StoreDigestAnswer: Codable, Sendable, Hashable {
    /// Deleted ones included.
    public var objects: UInt64
    public var bytes: UInt64
    /// `KeyHierarchy`'s `StoreDigest`, 32 bytes.
    public var digest: Bytes

    public init(objects: UInt64, bytes: UInt64, digest: Bytes) {
        self.objects = objects
        self.bytes = bytes
        self.digest = digest
    }
}

/// `POST /v1/move/commit`: the store has moved, for good; answers `MoveStatus` with the signed statement. The same request
/// again gets the same answer.
public struct MoveCommit: Codable, Sendable {
    public var moveID: Bytes
    /// What both ends have: `move_conflict` where the source has something else.
    public var digest: Bytes
    /// `KeyHierarchy`'s `ForwardPointer`, kept for devices that come later.
    public var forward: Bytes

    public init(moveID: Bytes, digest: Bytes, forward: Bytes) {
        self.moveID = moveID
        self.digest = digest
        self.forward = forward
    }
}
