import CloudMLSAPI
import GRDB
import KeyHierarchy
import MLSCodec
import ServerKit

/// Looks at every row of the key store's own tables.
enum KeyStoreRowChecks {
    static func run(in db: Database, _ findings: inout RowFindings) throws {
        try checkStores(in: db, &findings)
        try checkObjects(in: db, &findings)
        try checkUsage(in: db, &findings)
        try checkSetupTokens(in: db, &findings)
        try checkMoves(in: db, &findings)
    }

    private static func checkStores(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT users.id AS user_id, store_id, keyring_revision, keyring, state
                FROM users LEFT JOIN stores ON stores.user_id = users.id
                """)
        while let row = try rows.next() {
            let user: Int64 = row["user_id"]
            findings.expect(row.bytes("store_id").count == StoreIDKind.byteCount, "user \(user) has no store")
            findings.expect(row.hasRevision("keyring_revision"), "the keyring of user \(user) has no revision")
            // The server takes whatever a client calls its keyring, a newer version's included.
            let state = (row["state"] as String?).flatMap(StoreState.init(rawValue:))
            findings.expect(state != nil, "the store of user \(user) stands nowhere")
            // What has moved away may have been emptied.
            let isEmptied = state == .moved && row.bytes("keyring").isEmpty
            if !isEmptied, (try? SealedKeyring(decoding: row.bytes("keyring"))) == nil {
                findings.noteUnknownForm(of: "keyrings")
            }
            count += 1
        }
        findings.count("stores", count)
    }

    private static func checkObjects(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        var tombstones = 0
        let rows = try Row.fetchCursor(
            db, sql: "SELECT id, user_id, name, revision, cursor, length(body) AS size FROM objects")
        while let row = try rows.next() {
            let id: Int64 = row["id"]
            let isTombstone = (row["size"] as Int64?) == nil
            findings.expect(row.bytes("name").count == 32, "object \(id) has a name of another size")
            findings.expect(row.hasRevision("revision"), "object \(id) has no revision")
            findings.expect(row["cursor"] as Int64 > 0, "object \(id) has no place in the change feed")
            findings.expect(
                !isTombstone || row["revision"] as Int64 > 1, "object \(id) was deleted before it was written")
            count += 1
            if isTombstone { tombstones += 1 }
        }
        findings.count("objects", count - tombstones)
        findings.count("tombstones", tombstones)
    }

    /// What the quotas count must be what is there.
    private static func checkUsage(in db: Database, _ findings: inout RowFindings) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT stores.user_id, stores.bytes, stores.objects, stores.cursor, COUNT(objects.id) AS found,
                       COALESCE(SUM(length(objects.body)), 0) AS size, COALESCE(MAX(objects.cursor), 0) AS newest
                FROM stores LEFT JOIN objects ON objects.user_id = stores.user_id GROUP BY stores.user_id
                """)
        while let row = try rows.next() {
            let user: Int64 = row["user_id"]
            findings.expect(
                row["objects"] as Int64 == row["found"], "user \(user) has another number of objects than is counted")
            findings.expect(row["bytes"] as Int64 == row["size"], "user \(user) has other sizes than are counted")
            findings.expect(
                row["cursor"] as Int64 >= row["newest"], "user \(user) has an object behind the end of the change feed")
        }
    }

    private static func checkMoves(in db: Database, _ findings: inout RowFindings) throws {
        let departures = try Row.fetchCursor(
            db,
            sql: """
                SELECT departures.user_id, move_id, destination, statement, state
                FROM departures JOIN stores ON stores.user_id = departures.user_id
                """)
        while let row = try departures.next() {
            let statement = try? SignedMovedStatement(decoding: row.bytes("statement"))
            findings.expect(
                row.bytes("move_id").count == MoveIDKind.byteCount
                    && row.bytes("destination").count == ServerIDKind.byteCount
                    && (statement != nil || row["state"] as String != StoreState.moved.rawValue),
                "the move of user \(row["user_id"] as Int64) is not of its form")
        }
        let arrivals = try Row.fetchCursor(db, sql: "SELECT user_id, move_id, source_key, follow_hash FROM arrivals")
        while let row = try arrivals.next() {
            findings.expect(
                row.bytes("move_id").count == MoveIDKind.byteCount && [0, 32].contains(row.bytes("source_key").count)
                    && [0, 32].contains(row.bytes("follow_hash").count),
                "the arrival of user \(row["user_id"] as Int64) is not of its form")
        }
    }

    private static func checkSetupTokens(in db: Database, _ findings: inout RowFindings) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT hash, purpose FROM setup_tokens")
        while let row = try rows.next() {
            findings.expect(
                row.bytes("hash").count == 32 && SetupPurpose(rawValue: row["purpose"]) != nil,
                "a setup token is not of its form")
        }
    }
}
