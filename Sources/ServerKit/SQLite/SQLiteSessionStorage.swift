package import CloudMLSAPI
package import GRDB
package import KeyHierarchy

/// Closes the ways in beside sessions and login keys that a server has, in the transaction that locks somebody out.
package typealias LockOut = @Sendable (_ user: UserID, _ db: Database) throws -> Void

/// `SessionStorage` in SQLite.
package struct SQLiteSessionStorage: SessionStorage, SessionLookUp {
    private let database: SQLiteDatabase
    private let lockOut: LockOut

    package init(_ database: SQLiteDatabase, lockOut: @escaping LockOut = { _, _ in }) {
        self.database = database
        self.lockOut = lockOut
    }

    package func beginSession(
        _ key: StoredLoginKey, kind: SlotKind, deviceName: String, secrets: SessionSecrets, now: UInt64
    ) async throws -> Bool {
        try await database.write { db in
            // Between the check of the signature and this transaction the password may have been changed, or the user
            // disabled.
            let isStored = try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM login_keys JOIN users ON users.id = user_id
                        WHERE user_id = ? AND slot_id = ? AND public_key = ? AND disabled = 0)
                    """,
                arguments: [key.userID.rawValue, key.slotID.blob, key.publicKey.blob])
            guard isStored == true else { return false }
            try db.execute(
                sql: """
                    INSERT INTO sessions
                        (user_id, slot_id, kind, device_name, created, renewed,
                         access_hash, access_expires, refresh_hash, refresh_expires)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    key.userID.rawValue, key.slotID.blob, kind.name, deviceName, Int64(clamping: now),
                    Int64(clamping: now), secrets.accessHash.blob, Int64(clamping: secrets.accessExpires),
                    secrets.refreshHash.blob, Int64(clamping: secrets.refreshExpires),
                ])
            return true
        }
    }

    package func session(accessHash: [UInt8], now: UInt64) throws -> Session? {
        var session: Session?
        try database.lookUp { db in
            let sql = """
                SELECT sessions.id, user_id, name, kind, slot_id, device_name
                FROM sessions JOIN users ON users.id = user_id
                WHERE access_hash = ? AND access_expires > ?
                """
            try db.firstRow(sql: sql, arguments: [accessHash, Int64(clamping: now)]) { row in
                guard let kind = SlotKind(name: row[3]), let slotID = try row.bytes(at: 4) else {
                    throw DamagedRow(table: "sessions")
                }
                session = Session(
                    id: Session.ID(rawValue: row[0]), userID: UserID(rawValue: row[1]), userName: row[2],
                    kind: kind, slotID: slotID, deviceName: row[5])
            }
        }
        return session
    }

    package func rotate(refreshHash: [UInt8], to secrets: SessionSecrets, now: UInt64) async throws -> Bool {
        try await database.write { db in
            let reused = try Int64.fetchOne(
                db, sql: "SELECT session_id FROM used_refresh_tokens WHERE hash = ?", arguments: [refreshHash.blob])
            if let reused {
                try db.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [reused])
                return false
            }
            let id = try Int64.fetchOne(
                db, sql: "SELECT id FROM sessions WHERE refresh_hash = ? AND refresh_expires > ?",
                arguments: [refreshHash.blob, Int64(clamping: now)])
            guard let id else { return false }
            try db.execute(
                sql: "INSERT INTO used_refresh_tokens (hash, session_id) VALUES (?, ?)",
                arguments: [refreshHash.blob, id])
            try db.execute(
                sql: """
                    UPDATE sessions
                    SET renewed = ?, access_hash = ?, access_expires = ?, refresh_hash = ?, refresh_expires = ?
                    WHERE id = ?
                    """,
                arguments: [
                    Int64(clamping: now), secrets.accessHash.blob, Int64(clamping: secrets.accessExpires),
                    secrets.refreshHash.blob,
                    Int64(clamping: secrets.refreshExpires), id,
                ])
            return true
        }
    }

    package func sessions(of user: UserID, current: Session.ID, now: UInt64) async throws -> [SessionRecord] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT id, device_name, kind, slot_id, created, renewed FROM sessions
                    WHERE user_id = ? AND refresh_expires > ? ORDER BY created DESC, id DESC
                    """,
                arguments: [user.rawValue, Int64(clamping: now)]
            ).map { row in
                guard let kind = SlotKind(name: row["kind"]) else { throw DamagedRow(table: "sessions") }
                return SessionRecord(
                    id: row["id"], deviceName: row["device_name"], kind: kind, slotID: Bytes(row.bytes("slot_id")),
                    created: row.unsigned("created"), renewed: row.unsigned("renewed"),
                    isCurrent: row["id"] == current.rawValue)
            }
        }
    }

    package func endSession(_ id: Session.ID, of user: UserID, lockingOut: Bool) async throws -> Bool {
        try await database.write { [lockOut] db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE id = ? AND user_id = ?", arguments: [id.rawValue, user.rawValue])
            guard db.changesCount > 0 else { return false }
            if lockingOut { try lockOut(user, db) }
            return true
        }
    }

    package func endSessions(of user: UserID, except id: Session.ID) async throws {
        try await database.write { [lockOut] db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE user_id = ? AND id <> ?", arguments: [user.rawValue, id.rawValue])
            try lockOut(user, db)
        }
    }

    package func hasSession(_ id: Session.ID, now: UInt64) async throws -> Bool {
        try await database.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = ? AND refresh_expires > ?)",
                arguments: [id.rawValue, Int64(clamping: now)]) ?? false
        }
    }

    package func removeExpiredSessions(now: UInt64) async throws {
        try await database.write { db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE refresh_expires <= ?", arguments: [Int64(clamping: now)])
        }
    }
}
