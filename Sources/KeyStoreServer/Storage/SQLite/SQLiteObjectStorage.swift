package import CloudMLSAPI
import GRDB
package import ServerKit

/// `ObjectStorage` in SQLite.
package struct SQLiteObjectStorage: ObjectStorage {
    private let database: SQLiteDatabase
    private let limits: KeyStoreLimits
    private let signals: UserSignals

    /// - Parameter signals: signalled after each write.
    package init(_ database: SQLiteDatabase, limits: KeyStoreLimits, signals: UserSignals) {
        self.database = database
        self.limits = limits
        self.signals = signals
    }

    package func object(named name: [UInt8], of user: UserID) throws -> StoredObject {
        var object: StoredObject?
        try database.lookUp { object = try Self.readableObject(named: name, of: user, in: $0) }
        guard let object else { throw APIError.noStore }
        return object
    }

    package func objects(
        named names: [[UInt8]], of user: UserID, maximumBytes: Int
    ) async throws -> [StoredObject] {
        try await database.read { db in
            var objects: [StoredObject] = []
            var size = 0
            for name in names {
                let object = try Self.readableObject(named: name, of: user, in: db)
                size += object.body?.array.count ?? 0
                guard objects.isEmpty || size <= maximumBytes else { break }
                objects.append(object)
            }
            return objects
        }
    }

    package func write(
        _ writes: [ObjectWrite], of user: UserID,
        completion: @escaping @Sendable (Result<[UInt64], any Error>) -> Void
    ) {
        database.write { [limits, signals] db in
            var usage = try StoreUsage(of: user, in: db)
            try usage.state.checkWritable()
            var revisions: [UInt64] = []
            for (index, write) in writes.enumerated() {
                do {
                    revisions.append(try Self.apply(write, of: user, usage: &usage, in: db))
                } catch var error as APIError {
                    if writes.count > 1 { error.detail.operation = index }
                    throw error
                }
            }
            try usage.check(limits)
            try usage.store(of: user, in: db)
            return { [revisions] in
                signals.signal(user)
                completion(.success(revisions))
            }
        } fail: {
            completion(.failure($0))
        }
    }

    package func changes(after cursor: UInt64, limit: Int, of user: UserID) async throws -> ChangesResponse {
        try await database.read { db in
            try SQLiteStoreState.checkReadable(user, in: db)
            // `key_id` is NULL where the body is, and stands in front of it.
            let sql = """
                SELECT cursor, name, revision, key_id IS NULL FROM objects
                WHERE user_id = ? AND cursor > ? ORDER BY cursor LIMIT ?
                """
            var changes: [ObjectChange] = []
            try db.eachRow(sql: sql, arguments: [user.rawValue, Int64(clamping: cursor), limit + 1]) { row in
                changes.append(
                    ObjectChange(
                        cursor: row.unsigned(at: 0), name: Bytes(try row.bytes(at: 1) ?? []),
                        revision: row.unsigned(at: 2), deleted: row[3]))
            }
            let isMore = changes.count > limit
            if isMore { changes.removeLast() }
            let newest = try StoreUsage(of: user, in: db).cursor
            return ChangesResponse(changes: changes, cursor: changes.last?.cursor ?? newest, more: isMore)
        }
    }

    package func state(of user: UserID) async throws -> ChangeEvent {
        try await database.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT cursor, keyring_revision FROM stores WHERE user_id = ?", arguments: [user.rawValue])
            guard let row else { throw APIError(.notFound, "The user has no store.") }
            return ChangeEvent(cursor: row.unsigned("cursor"), keyringRevision: row.unsigned("keyring_revision"))
        }
    }

    package func list(
        after name: [UInt8]?, belowKey key: UInt32?, limit: Int, of user: UserID
    ) async throws -> ObjectsPage {
        try await database.read { db in
            try SQLiteStoreState.checkReadable(user, in: db)
            let wanted = """
                FROM objects
                WHERE user_id = ? AND name > ? AND (? IS NULL OR key_id < ?)
                """
            let key = key.map { Int64($0) }
            let arguments: [any StatementArgument] = [user.rawValue, name ?? [], key, key]
            let sql = "SELECT name, revision, ifnull(length(body), 0), key_id \(wanted) ORDER BY name LIMIT ?"
            var objects: [ListedObject] = []
            try db.eachRow(sql: sql, arguments: arguments + [limit + 1]) { row in
                let keyID = (row[3] as Int64?).map { UInt32(clamping: $0) }
                objects.append(
                    ListedObject(
                        name: Bytes(try row.bytes(at: 0) ?? []), revision: row.unsigned(at: 1),
                        size: row.unsigned(at: 2), keyID: keyID, deleted: keyID == nil))
            }
            let isMore = objects.count > limit
            if isMore { objects.removeLast() }
            // Once a listing: counting walks over all that is left.
            var count: UInt64?
            if name == nil {
                try db.firstRow(sql: "SELECT COUNT(*) \(wanted)", arguments: arguments) { count = $0.unsigned(at: 0) }
            }
            return ObjectsPage(objects: objects, more: isMore, count: count)
        }
    }

    /// In one statement, and so of one state: where the store stands goes with what is in it.
    private static func readableObject(named name: [UInt8], of user: UserID, in db: Database) throws -> StoredObject {
        let sql = """
            SELECT state, revision, body FROM stores
            LEFT JOIN objects ON objects.user_id = stores.user_id AND name = ?
            WHERE stores.user_id = ?
            """
        var object: StoredObject?
        try db.firstRow(sql: sql, arguments: [name, user.rawValue]) { row in
            try SQLiteStoreState.state(row[0]).checkReadable()
            object = StoredObject(
                name: Bytes(name), revision: row.unsigned(at: 1), body: try row.bytes(at: 2).map { Bytes($0) })
        }
        guard let object else { throw APIError.noStore }
        return object
    }

    private static func apply(
        _ write: ObjectWrite, of user: UserID, usage: inout StoreUsage, in db: Database
    ) throws -> UInt64 {
        let keyID = write.body.map(ObjectKeyID.of)
        // Before the revision: who seals under a retired key has to read the keyring first in any case.
        if let keyID, keyID < usage.minimumKeyID {
            throw APIError(.keyRetired, "The body is sealed under a key that was replaced: read the keyring again.")
        }
        // Whether there is one of a new object's name already, its entry in the index says by itself.
        if write.precondition == .unused, try insert(write, keyID: keyID, of: user, usage: &usage, in: db) {
            return 1
        }
        var old: (id: Int64, revision: UInt64, size: Int?)?
        try db.firstRow(
            sql: "SELECT id, revision, length(body) FROM objects WHERE user_id = ? AND name = ?",
            arguments: [user.rawValue, write.name]
        ) { old = ($0[0], $0.unsigned(at: 1), $0[2]) }
        try write.precondition.check(current: old?.revision ?? 0)
        guard let old, write.body != nil || old.size != nil else {
            throw APIError(.notFound, "There is nothing to delete.")
        }
        let revision = write.precondition.expected + 1
        usage.cursor += 1
        usage.bytes += (write.body?.count ?? 0) - (old.size ?? 0)
        try db.executeCached(
            sql: "UPDATE objects SET revision = ?, cursor = ?, body = ?, key_id = ? WHERE id = ?",
            arguments: [
                Int64(clamping: revision), Int64(clamping: usage.cursor), write.body, keyID.map { Int64($0) },
                old.id,
            ])
        return revision
    }

    /// - Returns: whether the object was written: not where one of its name is there, be it a tombstone.
    private static func insert(
        _ write: ObjectWrite, keyID: UInt32?, of user: UserID, usage: inout StoreUsage, in db: Database
    ) throws -> Bool {
        guard let body = write.body else { return false }
        try db.executeCached(
            sql: """
                INSERT INTO objects (user_id, name, revision, cursor, body, key_id) VALUES (?, ?, 1, ?, ?, ?)
                ON CONFLICT (user_id, name) DO NOTHING
                """,
            arguments: [
                user.rawValue, write.name, Int64(clamping: usage.cursor + 1), body, keyID.map { Int64($0) },
            ])
        guard db.changesCount > 0 else { return false }
        usage.cursor += 1
        usage.bytes += body.count
        usage.objects += 1
        return true
    }
}
