import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    /// In one statement, and so of one state: where the store stands goes with what is in it.
    func object(named name: [UInt8], of user: UserID) throws -> (state: StoreState, object: StoredObject) {
        let sql = """
            SELECT state, revision, body FROM stores
            LEFT JOIN objects ON objects.user_id = stores.user_id AND name = ?
            WHERE stores.user_id = ?
            """
        var found: (state: StoreState, object: StoredObject)?
        try database.firstRow(sql: sql, arguments: [name, user.rawValue]) { row in
            let body = try row.bytes(at: 2).map { Bytes($0) }
            found = (
                try Self.state(row[0]), StoredObject(name: Bytes(name), revision: row.unsigned(at: 1), body: body)
            )
        }
        guard let found else { throw APIError.noStore }
        return found
    }

    func objectEntry(named name: [UInt8], of user: UserID) throws -> ObjectEntry? {
        var entry: ObjectEntry?
        try database.firstRow(
            sql: "SELECT id, revision, length(body) FROM objects WHERE user_id = ? AND name = ?",
            arguments: [user.rawValue, name]
        ) { entry = ObjectEntry(row: $0[0], revision: $0.unsigned(at: 1), size: $0[2]) }
        return entry
    }

    func insertObject(
        named name: [UInt8], body: [UInt8], keyID: UInt32, cursor: UInt64, of user: UserID
    ) throws -> Bool {
        try database.executeCached(
            sql: """
                INSERT INTO objects (user_id, name, revision, cursor, body, key_id) VALUES (?, ?, 1, ?, ?, ?)
                ON CONFLICT (user_id, name) DO NOTHING
                """,
            arguments: [user.rawValue, name, Int64(clamping: cursor), body, Int64(keyID)])
        return database.changesCount > 0
    }

    func replaceObject(
        _ entry: ObjectEntry, revision: UInt64, body: [UInt8]?, keyID: UInt32?, cursor: UInt64
    ) throws {
        try database.executeCached(
            sql: "UPDATE objects SET revision = ?, cursor = ?, body = ?, key_id = ? WHERE id = ?",
            arguments: [
                Int64(clamping: revision), Int64(clamping: cursor), body, keyID.map { Int64($0) }, entry.row,
            ])
    }

    func changes(after cursor: UInt64, limit: Int, of user: UserID) throws -> [ObjectChange] {
        // `key_id` is NULL where the body is, and stands in front of it.
        let sql = """
            SELECT cursor, name, revision, key_id IS NULL FROM objects
            WHERE user_id = ? AND cursor > ? ORDER BY cursor LIMIT ?
            """
        var changes: [ObjectChange] = []
        try database.eachRow(sql: sql, arguments: [user.rawValue, Int64(clamping: cursor), limit]) { row in
            changes.append(
                ObjectChange(
                    cursor: row.unsigned(at: 0), name: Bytes(try row.bytes(at: 1) ?? []),
                    revision: row.unsigned(at: 2), deleted: row[3]))
        }
        return changes
    }

    func listObjects(
        after name: [UInt8]?, belowKey key: UInt32?, limit: Int, of user: UserID
    ) throws -> [ListedObject] {
        let sql = """
            SELECT name, revision, ifnull(length(body), 0), key_id \(Self.listed) ORDER BY name LIMIT ?
            """
        var objects: [ListedObject] = []
        let arguments = Self.listed(after: name, belowKey: key, of: user) + [limit]
        try database.eachRow(sql: sql, arguments: arguments) { row in
            let keyID = (row[3] as Int64?).map { UInt32(clamping: $0) }
            objects.append(
                ListedObject(
                    name: Bytes(try row.bytes(at: 0) ?? []), revision: row.unsigned(at: 1), size: row.unsigned(at: 2),
                    keyID: keyID, deleted: keyID == nil))
        }
        return objects
    }

    func countObjects(belowKey key: UInt32?, of user: UserID) throws -> UInt64 {
        var count: UInt64 = 0
        try database.firstRow(
            sql: "SELECT COUNT(*) \(Self.listed)", arguments: Self.listed(after: nil, belowKey: key, of: user)
        ) { count = $0.unsigned(at: 0) }
        return count
    }

    private static let listed = "FROM objects WHERE user_id = ? AND name > ? AND (? IS NULL OR key_id < ?)"

    private static func listed(
        after name: [UInt8]?, belowKey key: UInt32?, of user: UserID
    ) -> [any StatementArgument] {
        let key = key.map { Int64($0) }
        return [user.rawValue, name ?? [], key, key]
    }
}
