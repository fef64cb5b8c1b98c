import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func objects(after name: [UInt8]?, limit: Int, maximumBytes: Int, of user: UserID) throws -> MovePage {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT name, revision, body, body IS NULL AS deleted FROM objects
                WHERE user_id = ? AND name > ? ORDER BY name LIMIT ?
                """,
            arguments: [user.rawValue, (name ?? []).blob, limit + 1])
        var objects: [StoredObject] = []
        var size = 0
        while let row = try rows.next() {
            let body: [UInt8]? = row["deleted"] ? nil : row.bytes("body")
            size += body?.count ?? 0
            guard objects.count < limit, objects.isEmpty || size <= maximumBytes else {
                return MovePage(objects: objects, more: true)
            }
            objects.append(
                StoredObject(
                    name: Bytes(row.bytes("name")), revision: row.unsigned("revision"), body: body.map { Bytes($0) }))
        }
        return MovePage(objects: objects, more: false)
    }

    func lastObjectName(of user: UserID) throws -> [UInt8]? {
        try first("SELECT name FROM objects WHERE user_id = ? ORDER BY name DESC LIMIT 1", [user.rawValue])?
            .bytes("name")
    }

    func putObjects(_ objects: [StoredObject], of user: UserID) throws -> StoreUsage {
        var usage = try usage(of: user)
        for object in objects { try put(object, of: user, usage: &usage) }
        try putUsage(usage, of: user)
        return usage
    }

    private func put(_ object: StoredObject, of user: UserID, usage: inout StoreUsage) throws {
        let (name, body) = (object.name.array, object.body?.array)
        let row = try first(
            "SELECT id, length(body) AS size FROM objects WHERE user_id = ? AND name = ?", [user.rawValue, name.blob])
        usage.cursor += 1
        usage.bytes += (body?.count ?? 0) - ((row?["size"] as Int?) ?? 0)
        let (revision, cursor) = (Int64(clamping: object.revision), Int64(clamping: usage.cursor))
        let keyID = body.map { Int64(ObjectKeyID.of($0)) }
        if let row {
            try run(
                "UPDATE objects SET revision = ?, cursor = ?, body = ?, key_id = ? WHERE id = ?",
                [revision, cursor, body?.blob, keyID, row["id"] as Int64])
        } else {
            usage.objects += 1
            try run(
                "INSERT INTO objects (user_id, name, revision, cursor, body, key_id) VALUES (?, ?, ?, ?, ?, ?)",
                [user.rawValue, name.blob, revision, cursor, body?.blob, keyID])
        }
    }

    func deleteObjects(of user: UserID) throws {
        try run("DELETE FROM objects WHERE user_id = ?", [user.rawValue])
        try run("UPDATE stores SET bytes = 0, objects = 0 WHERE user_id = ?", [user.rawValue])
    }
}
