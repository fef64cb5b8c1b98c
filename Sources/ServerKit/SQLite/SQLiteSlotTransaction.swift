package import CloudMLSAPI
package import GRDB
package import KeyHierarchy

/// What a server asks before slots are read or written, in the same transaction; it throws where that is not possible
/// now.
package typealias SlotAccess = @Sendable (_ user: UserID, _ isWrite: Bool, _ db: Database) throws -> Void

/// `SlotTransaction` in a transaction on the SQLite database.
package struct SQLiteSlotTransaction: SlotTransaction {
    private let database: Database
    private let access: SlotAccess

    package init(database: Database, access: @escaping SlotAccess = { _, _, _ in }) {
        self.database = database
        self.access = access
    }

    package func checkAccess(of user: UserID, isWrite: Bool) throws { try access(user, isWrite, database) }

    package func slots(of user: UserID) throws -> [StoredSlot] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT slots.id, slots.kind, revision, body, public_key,
                    kdf_algorithm, kdf_iterations, kdf_memory_kib, kdf_parallelism, kdf_salt
                FROM slots LEFT JOIN login_keys
                    ON login_keys.user_id = slots.user_id AND login_keys.slot_id = slots.id
                WHERE slots.user_id = ? ORDER BY slots.id
                """,
            arguments: [user.rawValue]
        ).map { row in
            let kind = try Self.kind(row)
            let publicKey = row.bytes("public_key")
            let login = LoginMethod(kind: kind, publicKey: Bytes(publicKey), kdf: try SQLiteUserStorage.kdf(row))
            return StoredSlot(
                id: Bytes(row.bytes("id")), kind: kind, revision: row.unsigned("revision"),
                body: Bytes(row.bytes("body")), login: publicKey.isEmpty ? nil : login)
        }
    }

    package func slot(_ id: [UInt8], of user: UserID) throws -> SlotEntry? {
        try Row.fetchOne(
            database, sql: "SELECT kind, revision FROM slots WHERE user_id = ? AND id = ?",
            arguments: [user.rawValue, id.blob]
        ).map { SlotEntry(kind: try Self.kind($0), revision: $0.unsigned("revision")) }
    }

    package func slotCount(of kind: SlotKind, of user: UserID) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM slots WHERE user_id = ? AND kind = ?",
            arguments: [user.rawValue, kind.name]) ?? 0
    }

    package func putSlot(_ slot: NewSlot, revision: UInt64, of user: UserID) throws {
        try run(
            """
            INSERT INTO slots (user_id, id, kind, revision, body) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (user_id, id) DO UPDATE SET
                kind = excluded.kind, revision = excluded.revision, body = excluded.body
            """,
            [user.rawValue, slot.id.blob, slot.kind.name, Int64(clamping: revision), slot.body.blob])
    }

    package func deleteSlot(_ id: [UInt8], of user: UserID) throws {
        try run("DELETE FROM slots WHERE user_id = ? AND id = ?", [user.rawValue, id.blob])
    }

    package func putLoginKey(_ key: LoginMethod?, ofSlot id: [UInt8], of user: UserID) throws {
        guard let key else {
            return try run("DELETE FROM login_keys WHERE user_id = ? AND slot_id = ?", [user.rawValue, id.blob])
        }
        // In place, so that the sessions that it began are not taken away with it.
        try run(
            """
            INSERT INTO login_keys
                (user_id, slot_id, kind, public_key,
                 kdf_algorithm, kdf_iterations, kdf_memory_kib, kdf_parallelism, kdf_salt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (user_id, slot_id) DO UPDATE SET
                public_key = excluded.public_key, kdf_algorithm = excluded.kdf_algorithm,
                kdf_iterations = excluded.kdf_iterations, kdf_memory_kib = excluded.kdf_memory_kib,
                kdf_parallelism = excluded.kdf_parallelism, kdf_salt = excluded.kdf_salt
            """,
            [
                user.rawValue, id.blob, key.kind.name, key.publicKey.array.blob, key.kdf?.algorithm.rawValue,
                key.kdf.map { Int64($0.iterations) }, key.kdf.map { Int64($0.memoryKiB) },
                key.kdf.map { Int64($0.parallelism) }, key.kdf?.salt.array.blob,
            ])
    }

    package func otherWayIn(than id: [UInt8], of user: UserID) throws -> [UInt8]? {
        try Row.fetchOne(
            database,
            sql: "SELECT slot_id FROM login_keys WHERE user_id = ? AND slot_id <> ? ORDER BY slot_id LIMIT 1",
            arguments: [user.rawValue, id.blob]
        )?.bytes("slot_id")
    }

    package func transfer(_ session: Session.ID, from id: [UInt8], to other: [UInt8], of user: UserID) throws {
        try run(
            """
            UPDATE sessions SET slot_id = ?,
                refresh_expires = iif(kind = 'password', refresh_expires, min(refresh_expires, access_expires))
            WHERE id = ? AND user_id = ? AND slot_id = ?
            """,
            [other.blob, session.rawValue, user.rawValue, id.blob])
    }

    package func endSessions(of user: UserID, except session: Session.ID) throws {
        try run("DELETE FROM sessions WHERE user_id = ? AND id <> ?", [user.rawValue, session.rawValue])
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.execute(sql: sql, arguments: arguments)
    }

    private static func kind(_ row: Row) throws -> SlotKind {
        guard let kind = SlotKind(name: row["kind"]) else { throw DamagedRow(table: "slots") }
        return kind
    }
}
