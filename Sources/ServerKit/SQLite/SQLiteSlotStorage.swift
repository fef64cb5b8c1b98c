package import CloudMLSAPI
package import GRDB
import KeyHierarchy
import struct KeyHierarchy.Revision

/// What a server asks before slots are read or written, in the same transaction; it throws where that is not possible
/// now.
package typealias SlotAccess = @Sendable (_ user: UserID, _ isWrite: Bool, _ db: Database) throws -> Void

/// `SlotStorage` in SQLite.
package struct SQLiteSlotStorage: SlotStorage {
    private let database: SQLiteDatabase
    private let signals: UserSignals
    private let access: SlotAccess

    /// - Parameter signals: signalled after each write.
    package init(_ database: SQLiteDatabase, signals: UserSignals, access: @escaping SlotAccess = { _, _, _ in }) {
        self.database = database
        self.signals = signals
        self.access = access
    }

    package func slots(of user: UserID) async throws -> [StoredSlot] {
        try await database.read { [access] db in
            try access(user, false, db)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT slots.id, slots.kind, revision, body, public_key,
                        kdf_algorithm, kdf_iterations, kdf_memory_kib, kdf_parallelism, kdf_salt
                    FROM slots LEFT JOIN login_keys
                        ON login_keys.user_id = slots.user_id AND login_keys.slot_id = slots.id
                    WHERE slots.user_id = ? ORDER BY slots.id
                    """,
                arguments: [user.rawValue]
            ).map { row in
                guard let kind = SlotKind(name: row["kind"]) else { throw DamagedRow(table: "slots") }
                let publicKey = row.bytes("public_key")
                let login = LoginMethod(kind: kind, publicKey: Bytes(publicKey), kdf: try SQLiteUserStorage.kdf(row))
                return StoredSlot(
                    id: Bytes(row.bytes("id")), kind: kind, revision: row.unsigned("revision"),
                    body: Bytes(row.bytes("body")), login: publicKey.isEmpty ? nil : login)
            }
        }
    }

    package func writeSlot(
        _ slot: NewSlot, login: LoginMethod?, keepingSessions: Bool, precondition: Precondition, by session: Session
    ) async throws -> UInt64 {
        let written = try await database.write { [access] db in
            let user = session.userID
            try access(user, true, db)
            let stored = try Self.stored(slot.id, of: user, in: db)
            try precondition.check(current: stored?.revision ?? 0)
            let revision = precondition.expected + 1
            if let stored {
                guard stored.kind == slot.kind else {
                    throw APIError(.badRequest, "A slot cannot change its kind.")
                }
                try db.execute(
                    sql: "UPDATE slots SET revision = ?, body = ? WHERE user_id = ? AND id = ?",
                    arguments: [Int64(clamping: revision), slot.body.blob, user.rawValue, slot.id.blob])
            } else {
                try Self.checkRoom(for: slot.kind, of: user, in: db)
                try Self.insert(slot, of: user, into: db)
            }
            if let login {
                try Self.replaceLoginKey(login, slotID: slot.id, of: user, in: db)
                if login.kind == .password, !keepingSessions {
                    try db.execute(
                        sql: "DELETE FROM sessions WHERE user_id = ? AND id <> ?",
                        arguments: [user.rawValue, session.id.rawValue])
                }
            }
            return revision
        }
        signals.signal(session.userID)
        return written
    }

    package func deleteSlot(_ id: [UInt8], precondition: Precondition, by session: Session) async throws {
        try await database.write { [access] db in
            let user = session.userID
            try access(user, true, db)
            guard let stored = try Self.stored(id, of: user, in: db) else {
                throw APIError(.notFound, "There is no such slot.")
            }
            try precondition.check(current: stored.revision)
            let other = try Row.fetchOne(
                db, sql: "SELECT slot_id FROM login_keys WHERE user_id = ? AND slot_id <> ? ORDER BY slot_id LIMIT 1",
                arguments: [user.rawValue, id.blob])
            guard let other else {
                throw APIError(.lastWayIn, "This is the last way in: add another one first.")
            }
            // The session that asks goes on with another key: it has more to do, here and at the other server. One that
            // did not begin with a password is not renewed any more: the key may have been a thief's.
            try db.execute(
                sql: """
                    UPDATE sessions SET slot_id = ?,
                        refresh_expires = iif(kind = 'password', refresh_expires, min(refresh_expires, access_expires))
                    WHERE id = ? AND user_id = ? AND slot_id = ?
                    """,
                arguments: [other.bytes("slot_id").blob, session.id.rawValue, user.rawValue, id.blob])
            try db.execute(
                sql: "DELETE FROM slots WHERE user_id = ? AND id = ?", arguments: [user.rawValue, id.blob])
        }
        signals.signal(session.userID)
    }

    /// Replaces the bodies of all slots that a user has; their login keys stay.
    /// - Returns: false, and nothing is written, where these are not exactly the slots that are stored.
    package static func rewrap(_ slots: [RewrappedSlot], of user: UserID, in db: Database) throws -> Bool {
        let count = try Int.fetchOne(
            db, sql: "SELECT COUNT(*) FROM slots WHERE user_id = ?", arguments: [user.rawValue])
        guard count == slots.count else { return false }
        for rewrapped in slots {
            let stored = try stored(rewrapped.slot.id, of: user, in: db)
            guard let stored, stored.revision == rewrapped.ifRevision, stored.kind == rewrapped.slot.kind,
                rewrapped.ifRevision < Revision.maximum
            else {
                return false
            }
        }
        for rewrapped in slots {
            try db.execute(
                sql: "UPDATE slots SET revision = revision + 1, body = ? WHERE user_id = ? AND id = ?",
                arguments: [rewrapped.slot.body.blob, user.rawValue, rewrapped.slot.id.blob])
        }
        return true
    }

    /// Adds a slot at revision 1.
    static func insert(_ slot: NewSlot, of user: UserID, into db: Database) throws {
        try db.execute(
            sql: "INSERT INTO slots (user_id, id, kind, revision, body) VALUES (?, ?, ?, 1, ?)",
            arguments: [user.rawValue, slot.id.blob, slot.kind.name, slot.body.blob])
    }

    /// Sets the login key of a slot, in place so that the sessions it began are not taken away with it.
    static func replaceLoginKey(_ key: LoginMethod, slotID: [UInt8], of user: UserID, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO login_keys
                    (user_id, slot_id, kind, public_key,
                     kdf_algorithm, kdf_iterations, kdf_memory_kib, kdf_parallelism, kdf_salt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (user_id, slot_id) DO UPDATE SET
                    public_key = excluded.public_key, kdf_algorithm = excluded.kdf_algorithm,
                    kdf_iterations = excluded.kdf_iterations, kdf_memory_kib = excluded.kdf_memory_kib,
                    kdf_parallelism = excluded.kdf_parallelism, kdf_salt = excluded.kdf_salt
                """,
            arguments: [
                user.rawValue, slotID.blob, key.kind.name, key.publicKey.array.blob, key.kdf?.algorithm.rawValue,
                key.kdf.map { Int64($0.iterations) }, key.kdf.map { Int64($0.memoryKiB) },
                key.kdf.map { Int64($0.parallelism) }, key.kdf?.salt.array.blob,
            ])
    }

    private static func stored(
        _ id: [UInt8], of user: UserID, in db: Database
    ) throws -> (kind: SlotKind, revision: UInt64)? {
        let row = try Row.fetchOne(
            db, sql: "SELECT kind, revision FROM slots WHERE user_id = ? AND id = ?",
            arguments: [user.rawValue, id.blob])
        guard let row else { return nil }
        guard let kind = SlotKind(name: row["kind"]) else { throw DamagedRow(table: "slots") }
        return (kind, row.unsigned("revision"))
    }

    private static func checkRoom(for kind: SlotKind, of user: UserID, in db: Database) throws {
        let count = try Int.fetchOne(
            db, sql: "SELECT COUNT(*) FROM slots WHERE user_id = ? AND kind = ?",
            arguments: [user.rawValue, kind.name])
        guard (count ?? 0) < LoginKeyRule.maximumCount(of: kind) else {
            throw APIError(.badRequest, "There are as many slots of this kind as there can be: replace or delete one.")
        }
    }
}
