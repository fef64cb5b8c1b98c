package import CloudMLSAPI
import GRDB
package import KeyHierarchy
package import ServerKit

/// `ImportStorage` in SQLite.
package struct SQLiteImportStorage: ImportStorage {
    private let database: SQLiteDatabase
    private let limits: KeyStoreLimits

    package init(_ database: SQLiteDatabase, limits: KeyStoreLimits) {
        self.database = database
        self.limits = limits
    }

    package func register(
        user: String, storeID: StoreID, _ store: StoreImport, followUntil: UInt64, tokenHash: [UInt8]?, now: UInt64
    ) async throws {
        try await database.write { db in
            if let tokenHash { try SQLiteRegistrationStorage.use(tokenHash, now: now, in: db) }
            let user = try SQLiteUserStorage.insert(userNamed: user, into: db, now: now)
            try db.execute(
                sql: """
                    INSERT INTO stores (user_id, store_id, keyring_revision, keyring, bytes, objects, cursor, state)
                    VALUES (?, ?, 0, x'', 0, 0, 0, 'receiving')
                    """,
                arguments: [user.rawValue, storeID.bytes.blob])
            try Self.take(store, followUntil: followUntil, of: user, in: db)
        }
    }

    package func restart(_ store: StoreImport, followUntil: UInt64, by session: Session) async throws -> ImportStatus {
        try await database.write { db in
            let user = session.userID
            switch try SQLiteStoreState.state(of: user, in: db) {
            case .receiving: break
            case .moved:
                // The way home: the store left from here, and comes back.
                try SQLiteStoreState.set(.receiving, of: user, in: db)
            case .active, .moving: throw APIError.moveConflict("The store here is open: nothing can be moved into it.")
            }
            let known = try Row.fetchOne(
                db, sql: "SELECT move_id FROM arrivals WHERE user_id = ?", arguments: [user.rawValue])
            if known?.bytes("move_id") != store.moveID.bytes {
                try db.execute(sql: "DELETE FROM objects WHERE user_id = ?", arguments: [user.rawValue])
                try db.execute(
                    sql: "UPDATE stores SET bytes = 0, objects = 0 WHERE user_id = ?", arguments: [user.rawValue])
            }
            try Self.take(store, followUntil: followUntil, of: user, in: db)
            // What was signed in here before the store left may be somebody who was shut out at the place it was since.
            try db.execute(
                sql: "DELETE FROM sessions WHERE user_id = ? AND id <> ?",
                arguments: [user.rawValue, session.id.rawValue])
            return try Self.status(of: user, in: db)
        }
    }

    package func status(of user: UserID) async throws -> ImportStatus {
        try await database.read { db in try Self.status(of: user, in: db) }
    }

    package func add(_ objects: [StoredObject], move: MoveID, of user: UserID) async throws -> ImportStatus {
        try await database.write { [limits] db in
            try Self.checkReceiving(move, of: user, in: db)
            var usage = try StoreUsage(of: user, in: db)
            for object in objects {
                try Self.upsert(object, of: user, usage: &usage, in: db)
            }
            try usage.check(limits)
            try usage.store(of: user, in: db)
            return try Self.status(of: user, in: db)
        }
    }

    package func digest(of user: UserID) async throws -> StoreDigestAnswer {
        try await database.read { db in try SQLiteStoreDigest.digest(of: user, in: db) }
    }

    package func expected(of user: UserID) async throws -> ExpectedMove {
        try await database.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT state, store_id, move_id, source_key, cursor
                    FROM stores JOIN arrivals ON arrivals.user_id = stores.user_id WHERE stores.user_id = ?
                    """,
                arguments: [user.rawValue])
            guard let row, let state = StoreState(rawValue: row["state"]),
                let storeID = StoreID(bytes: row.bytes("store_id")), let moveID = MoveID(bytes: row.bytes("move_id"))
            else { throw APIError(.notFound, "No store was moved here.") }
            return ExpectedMove(
                storeID: storeID, moveID: moveID, sourceKey: ServerPublicKey(bytes: row.bytes("source_key")),
                state: state, mark: row.unsigned("cursor"))
        }
    }

    package func open(
        _ move: MoveID, since mark: UInt64, followUntil: UInt64, of user: UserID
    ) async throws -> ImportStatus {
        try await database.write { db in
            try Self.checkReceiving(move, of: user, in: db)
            guard try SQLiteStoreState.mark(of: user, in: db) == mark else {
                throw APIError.moveConflict("Something arrived while the store was looked through: try again.")
            }
            try SQLiteStoreState.set(.active, of: user, in: db)
            // No store leaves in the middle of a rotation, so the key of what came is the one that writes are under.
            try db.execute(
                sql: """
                    UPDATE stores SET minimum_key_id =
                        max(
                            minimum_key_id,
                            ifnull((SELECT MIN(key_id) FROM objects WHERE objects.user_id = stores.user_id), 0))
                    WHERE user_id = ?
                    """,
                arguments: [user.rawValue])
            try db.execute(
                sql: "UPDATE arrivals SET follow_expires = ? WHERE user_id = ? AND follow_hash IS NOT NULL",
                arguments: [Int64(clamping: followUntil), user.rawValue])
            return try Self.status(of: user, in: db)
        }
    }

    package func followed(
        user: String, tokenHash: [UInt8], now: UInt64
    ) async throws -> (key: StoredLoginKey, kind: SlotKind)? {
        try await database.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT users.id AS user_id, slot_id, kind, public_key
                    FROM users JOIN arrivals ON arrivals.user_id = users.id JOIN login_keys ON login_keys.user_id = users.id
                    WHERE users.name = ? AND follow_hash = ? AND follow_expires > ?
                    ORDER BY kind <> 'password', slot_id LIMIT 1
                    """,
                arguments: [user, tokenHash.blob, Int64(clamping: now)])
            guard let row, let kind = SlotKind(name: row["kind"]) else { return nil }
            let key = StoredLoginKey(
                userID: UserID(rawValue: row["user_id"]), slotID: row.bytes("slot_id"),
                publicKey: row.bytes("public_key"))
            return (key, kind)
        }
    }

    /// Lets nobody follow any more: whoever still has the token of a move may be the one who is to be locked out.
    static let endFollowing: LockOut = { user, db in
        try db.execute(sql: "UPDATE arrivals SET follow_hash = NULL WHERE user_id = ?", arguments: [user.rawValue])
    }

    /// Slots, keyring, and what the move has to show.
    private static func take(
        _ store: StoreImport, followUntil: UInt64, of user: UserID, in db: Database
    ) throws {
        try SQLiteSlotStorage.replaceAll(store.slots, of: user, in: db)
        try SQLiteStoreState.raiseMark(of: user, in: db)
        try db.execute(
            sql: "UPDATE stores SET keyring_revision = ?, keyring = ? WHERE user_id = ?",
            arguments: [Int64(clamping: store.keyringRevision), store.keyring.blob, user.rawValue])
        try db.execute(
            sql: """
                INSERT INTO arrivals (user_id, move_id, source_key, follow_hash, follow_expires) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (user_id) DO UPDATE SET
                    move_id = excluded.move_id, source_key = excluded.source_key,
                    follow_hash = excluded.follow_hash, follow_expires = excluded.follow_expires
                """,
            arguments: [
                user.rawValue, store.moveID.bytes.blob, store.sourceKey?.bytes.blob, store.followHash.blob,
                Int64(clamping: followUntil),
            ])
    }

    private static func checkReceiving(_ move: MoveID, of user: UserID, in db: Database) throws {
        let status = try status(of: user, in: db)
        guard status.state == .receiving, status.moveID?.array == move.bytes else {
            throw APIError.moveConflict("The store here does not receive this move.")
        }
    }

    private static func status(of user: UserID, in db: Database) throws -> ImportStatus {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT state, objects, bytes, move_id,
                    (SELECT name FROM objects WHERE objects.user_id = stores.user_id ORDER BY name DESC LIMIT 1) AS last
                FROM stores LEFT JOIN arrivals ON arrivals.user_id = stores.user_id WHERE stores.user_id = ?
                """,
            arguments: [user.rawValue])
        guard let row, let state = StoreState(rawValue: row["state"]) else {
            throw APIError(.notFound, "The user has no store.")
        }
        let (move, last) = (row.bytes("move_id"), row.bytes("last"))
        return ImportStatus(
            state: state, moveID: move.isEmpty ? nil : Bytes(move), lastName: last.isEmpty ? nil : Bytes(last),
            objects: row.unsigned("objects"), bytes: row.unsigned("bytes"))
    }

    private static func upsert(
        _ object: StoredObject, of user: UserID, usage: inout StoreUsage, in db: Database
    ) throws {
        let (name, body) = (object.name.array, object.body?.array)
        let row = try Row.fetchOne(
            db, sql: "SELECT id, length(body) AS size FROM objects WHERE user_id = ? AND name = ?",
            arguments: [user.rawValue, name.blob])
        usage.cursor += 1
        usage.bytes += (body?.count ?? 0) - ((row?["size"] as Int?) ?? 0)
        let (revision, cursor) = (Int64(clamping: object.revision), Int64(clamping: usage.cursor))
        let keyID = body.map { Int64(ObjectKeyID.of($0)) }
        if let row {
            try db.execute(
                sql: "UPDATE objects SET revision = ?, cursor = ?, body = ?, key_id = ? WHERE id = ?",
                arguments: [revision, cursor, body?.blob, keyID, row["id"] as Int64])
        } else {
            usage.objects += 1
            try db.execute(
                sql: """
                    INSERT INTO objects (user_id, name, revision, cursor, body, key_id) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [user.rawValue, name.blob, revision, cursor, body?.blob, keyID])
        }
    }
}
