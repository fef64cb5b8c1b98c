package import CloudMLSAPI
package import ServerKit

/// One write: a new body, or none for a tombstone.
package struct ObjectWrite: Sendable {
    /// 32 bytes.
    package var name: [UInt8]
    package var precondition: Precondition
    package var body: [UInt8]?

    package init(name: [UInt8], precondition: Precondition, body: [UInt8]?) {
        self.name = name
        self.precondition = precondition
        self.body = body
    }
}

/// Sealed objects by their blinded names, each user's apart from all others'.
package protocol ObjectStorage: Sendable {
    /// The object as it is stored, its tombstone, or revision 0 for a name never used.
    func object(named name: [UInt8], of user: UserID) throws -> StoredObject
    /// Many at once, in one consistent state and in the order of the names, until their bodies would take more than
    /// `maximumBytes`; the first one is always there.
    func objects(named names: [[UInt8]], of user: UserID, maximumBytes: Int) async throws -> [StoredObject]
    /// Writes all or nothing, and gives the new revisions in order. The first operation that cannot be done is named in
    /// the error.
    /// - Parameter completion: called once, on any thread.
    func write(
        _ writes: [ObjectWrite], of user: UserID,
        completion: @escaping @Sendable (Result<[UInt64], any Error>) -> Void)
    /// What changed behind a cursor, oldest first.
    func changes(after cursor: UInt64, limit: Int, of user: UserID) async throws -> ChangesResponse
    /// What is there, by name, behind one.
    /// - Parameter key: lists bodies under a lower object key only; nil lists everything, tombstones too.
    func list(after name: [UInt8]?, belowKey key: UInt32?, limit: Int, of user: UserID) async throws -> ObjectsPage
    /// How far everything of the user's is.
    func state(of user: UserID) async throws -> ChangeEvent
}

extension ObjectStorage {
    /// Writes like `write(_:of:completion:)`.
    package func write(_ writes: [ObjectWrite], of user: UserID) async throws -> [UInt64] {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            write(writes, of: user) { continuation.resume(with: $0) }
        }
    }
}
