import GRDB
import ServerKit

/// Everybody who has a store, with how much it takes.
struct SQLiteUserListing {
    private let database: SQLiteDatabase

    init(_ database: SQLiteDatabase) { self.database = database }

    func users(now: UInt64) async throws -> [UserSummary] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT name, created, disabled, coalesce(stores.bytes, 0) AS bytes,
                           (SELECT COUNT(*) FROM objects WHERE user_id = users.id AND body IS NOT NULL) AS objects,
                           (SELECT COUNT(*) FROM slots WHERE user_id = users.id) AS slots,
                           (SELECT COUNT(*) FROM sessions WHERE user_id = users.id AND refresh_expires > ?) AS sessions
                    FROM users LEFT JOIN stores ON stores.user_id = users.id ORDER BY name
                    """,
                arguments: [Int64(clamping: now)]
            ).map { row in
                UserSummary(
                    name: row["name"], created: row.unsigned("created"), objects: row["objects"], bytes: row["bytes"],
                    slots: row["slots"], sessions: row["sessions"], disabled: row["disabled"])
            }
        }
    }
}
