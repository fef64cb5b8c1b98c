import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func profile(of user: UserID) throws -> StoredProfile? {
        try first("SELECT revision, body FROM profiles WHERE user_id = ?", [user.rawValue]).map { row in
            StoredProfile(revision: row.unsigned("revision"), body: Bytes(row.bytes("body")))
        }
    }

    func putProfile(_ profile: StoredProfile, of user: UserID) throws {
        try run(
            "INSERT OR REPLACE INTO profiles (user_id, revision, body) VALUES (?, ?, ?)",
            [user.rawValue, profile.revision.stored, profile.body.array.blob])
    }

    func anchor(_ name: [UInt8], of user: UserID) throws -> StoredAnchor? {
        try first(
            "SELECT name, revision, body FROM anchors WHERE user_id = ? AND name = ?", [user.rawValue, name.blob]
        )
        .map(Self.anchor)
    }

    func anchors(
        of user: UserID, after name: [UInt8], limit: Int, size: Int
    ) throws -> (anchors: [StoredAnchor], more: Bool) {
        let statement = try database.cachedStatement(
            sql: "SELECT name, revision, body FROM anchors WHERE user_id = ? AND name > ? ORDER BY name LIMIT ?")
        // Row by row: what does not fit into the page is not held in memory either.
        let rows = try Row.fetchCursor(statement, arguments: [user.rawValue, name.blob, limit + 1])
        var anchors: [StoredAnchor] = []
        var total = 0
        while let row = try rows.next() {
            let anchor = Self.anchor(row)
            total += anchor.body.array.count
            guard anchors.count < limit, anchors.isEmpty || total <= size else { return (anchors, true) }
            anchors.append(anchor)
        }
        return (anchors, false)
    }

    func anchorCount(of user: UserID) throws -> Int {
        Int(try integer("SELECT COUNT(*) FROM anchors WHERE user_id = ?", [user.rawValue]))
    }

    func putAnchor(_ anchor: StoredAnchor, of user: UserID) throws {
        try run(
            "INSERT OR REPLACE INTO anchors (user_id, name, revision, body) VALUES (?, ?, ?, ?)",
            [user.rawValue, anchor.name.array.blob, anchor.revision.stored, anchor.body.array.blob])
    }

    private static func anchor(_ row: Row) -> StoredAnchor {
        StoredAnchor(
            name: Bytes(row.bytes("name")), revision: row.unsigned("revision"),
            body: Bytes(row.bytes("body")))
    }
}
