import CloudMLSAPI
import ServerKit

/// A user's objects: whether they can be read and written as the store stands, under which keys, and how many.
struct ObjectService: Sendable {
    let storage: any KeyStoreStorage
    let limits: KeyStoreLimits
    /// Signalled after each write.
    let signals: UserSignals

    /// The object as it is stored, its tombstone, or revision 0 for a name never used. On the thread that asks.
    func object(named name: [UInt8], of user: UserID) throws -> StoredObject {
        try storage.lookUp { try Self.readable(name, of: user, in: $0) }
    }

    /// Many at once, in one consistent state and in the order of the names, until their bodies would take more than a batch
    /// may; the first one is always there.
    func objects(named names: [[UInt8]], of user: UserID) async throws -> [StoredObject] {
        try await storage.read { [limits] transaction in
            var objects: [StoredObject] = []
            var size = 0
            for name in names {
                let object = try Self.readable(name, of: user, in: transaction)
                size += object.body?.array.count ?? 0
                guard objects.isEmpty || size <= limits.batchSize else { break }
                objects.append(object)
            }
            return objects
        }
    }

    /// Writes all or nothing, and gives the new revisions in order. The first operation that cannot be done is named in the
    /// error.
    ///
    /// - Parameter completion: called once, on any thread.
    func write(
        _ writes: [ObjectWrite], of user: UserID,
        completion: @escaping @Sendable (Result<[UInt64], any Error>) -> Void
    ) {
        storage.write { [limits] transaction in
            var usage = try transaction.usage(of: user)
            try usage.state.checkWritable()
            var revisions: [UInt64] = []
            for (index, write) in writes.enumerated() {
                do {
                    revisions.append(try Self.apply(write, of: user, usage: &usage, in: transaction))
                } catch var error as APIError {
                    if writes.count > 1 { error.detail.operation = index }
                    throw error
                }
            }
            try usage.check(limits)
            try transaction.putUsage(usage, of: user)
            return revisions
        } completion: { [signals] result in
            if case .success = result { signals.signal(user) }
            completion(result)
        }
    }

    /// What changed behind a cursor, oldest first.
    func changes(after cursor: UInt64, limit: Int, of user: UserID) async throws -> ChangesResponse {
        try await storage.read { transaction in
            let usage = try transaction.usage(of: user)
            try usage.state.checkReadable()
            var changes = try transaction.changes(after: cursor, limit: limit + 1, of: user)
            let isMore = changes.count > limit
            if isMore { changes.removeLast() }
            return ChangesResponse(changes: changes, cursor: changes.last?.cursor ?? usage.cursor, more: isMore)
        }
    }

    /// What is there, by name, behind one.
    ///
    /// - Parameter key: lists bodies under a lower object key only; nil lists everything, tombstones too.
    func list(
        after name: [UInt8]?, belowKey key: UInt32?, limit: Int, of user: UserID
    ) async throws -> ObjectsPage {
        try await storage.read { transaction in
            try transaction.state(of: user).checkReadable()
            var objects = try transaction.listObjects(after: name, belowKey: key, limit: limit + 1, of: user)
            let isMore = objects.count > limit
            if isMore { objects.removeLast() }
            // Once a listing: counting walks over all that is left.
            let count = name == nil ? try transaction.countObjects(belowKey: key, of: user) : nil
            return ObjectsPage(objects: objects, more: isMore, count: count)
        }
    }

    /// How far everything of the user's is.
    func state(of user: UserID) async throws -> ChangeEvent {
        try await storage.read { transaction in
            ChangeEvent(
                cursor: try transaction.usage(of: user).cursor,
                keyringRevision: try transaction.keyringRevision(of: user))
        }
    }

    private static func readable(
        _ name: [UInt8], of user: UserID, in look: any ObjectLookUp
    ) throws -> StoredObject {
        let (state, object) = try look.object(named: name, of: user)
        try state.checkReadable()
        return object
    }

    private static func apply(
        _ write: ObjectWrite, of user: UserID, usage: inout StoreUsage, in transaction: any KeyStoreTransaction
    ) throws -> UInt64 {
        let keyID = write.body.map(ObjectKeyID.of)
        // Before the revision: who seals under a retired key has to read the keyring first in any case.
        if let keyID, keyID < usage.minimumKeyID {
            throw APIError(.keyRetired, "The body is sealed under a key that was replaced: read the keyring again.")
        }
        // Whether there is one of a new object's name already, its entry in the index says by itself.
        if write.precondition == .unused, let body = write.body, let keyID,
            try transaction.insertObject(
                named: write.name, body: body, keyID: keyID, cursor: usage.cursor + 1, of: user)
        {
            usage.cursor += 1
            usage.bytes += body.count
            usage.objects += 1
            return 1
        }
        let old = try transaction.objectEntry(named: write.name, of: user)
        try write.precondition.check(current: old?.revision ?? 0)
        guard let old, write.body != nil || old.size != nil else {
            throw APIError(.notFound, "There is nothing to delete.")
        }
        let revision = write.precondition.expected + 1
        usage.cursor += 1
        usage.bytes += (write.body?.count ?? 0) - (old.size ?? 0)
        try transaction.replaceObject(
            old, revision: revision, body: write.body, keyID: keyID, cursor: usage.cursor)
        return revision
    }
}
