import GRDB

/// Login limits in `login_buckets` and `known_networks`.
struct SQLiteLoginLimitStorage: LoginLimitStorage {
    private let database: SQLiteDatabase

    init(_ database: SQLiteDatabase) { self.database = database }

    func load() throws(StartupError) -> LoginLimitState<TokenBucket, UInt64> {
        do {
            return try database.setUp { db in
                var state = LoginLimitState<TokenBucket, UInt64>()
                let buckets = try Row.fetchCursor(db, sql: "SELECT scope, key, tokens, updated FROM login_buckets")
                while let row = try buckets.next() {
                    let key = LimitKey(bytes: row.bytes("key"))
                    let bucket = TokenBucket(tokens: row["tokens"], updated: UInt64(clamping: row["updated"] as Int64))
                    if row["scope"] == Self.network { state.networks[key] = bucket } else { state.names[key] = bucket }
                }
                let known = try Row.fetchCursor(db, sql: "SELECT key, seen FROM known_networks")
                while let row = try known.next() {
                    state.known[LimitKey(bytes: row.bytes("key"))] = UInt64(clamping: row["seen"] as Int64)
                }
                return state
            }
        } catch {
            throw StartupError(.cannotCreate, "Cannot read the login limits: \(error)")
        }
    }

    func save(_ changes: LoginLimitState<TokenBucket?, UInt64?>) async throws {
        try await database.write { db in
            for (scope, buckets) in [(Self.network, changes.networks), (Self.name, changes.names)] {
                for (key, bucket) in buckets {
                    if let bucket {
                        try db.cachedStatement(
                            sql:
                                "INSERT OR REPLACE INTO login_buckets (scope, key, tokens, updated) VALUES (?, ?, ?, ?)"
                        ).execute(
                            arguments: [scope, key.bytes.blob, bucket.tokens, Int64(clamping: bucket.updated)])
                    } else {
                        try db.cachedStatement(sql: "DELETE FROM login_buckets WHERE scope = ? AND key = ?")
                            .execute(arguments: [scope, key.bytes.blob])
                    }
                }
            }
            for (key, seen) in changes.known {
                if let seen {
                    try db.cachedStatement(sql: "INSERT OR REPLACE INTO known_networks (key, seen) VALUES (?, ?)")
                        .execute(arguments: [key.bytes.blob, Int64(clamping: seen)])
                } else {
                    try db.cachedStatement(sql: "DELETE FROM known_networks WHERE key = ?")
                        .execute(arguments: [key.bytes.blob])
                }
            }
        }
    }

    private static let network = "network"
    private static let name = "name"
}
