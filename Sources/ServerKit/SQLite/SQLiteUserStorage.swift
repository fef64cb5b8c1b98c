package import CloudMLSAPI
package import GRDB
package import KeyHierarchy

#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// `UserStorage` in SQLite.
package struct SQLiteUserStorage: UserStorage {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    package func passwordKDF(ofUserNamed name: String) async throws -> KDFDescription? {
        try await database.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT kdf_algorithm, kdf_iterations, kdf_memory_kib, kdf_parallelism, kdf_salt
                    FROM login_keys JOIN users ON users.id = login_keys.user_id
                    WHERE users.name = ? AND login_keys.kind = 'password'
                    """,
                arguments: [name]
            ).flatMap { try Self.kdf($0) }
        }
    }

    package func loginKeys(ofUserNamed name: String, kind: SlotKind) async throws -> [StoredLoginKey] {
        try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT user_id, slot_id, public_key
                    FROM login_keys JOIN users ON users.id = login_keys.user_id
                    WHERE users.name = ? AND users.disabled = 0 AND login_keys.kind = ? ORDER BY slot_id
                    """,
                arguments: [name, kind.name]
            ).map { row in
                StoredLoginKey(
                    userID: UserID(rawValue: row["user_id"]), slotID: row.bytes("slot_id"),
                    publicKey: row.bytes("public_key"))
            }
        }
    }

    /// Adds a user with a first slot and login key, in the transaction of a registration; `name_taken` where the name
    /// is.
    package static func insert(_ user: NewUser, into db: Database, now: UInt64) throws -> UserID {
        let userID = try insert(userNamed: user.name, into: db, now: now)
        let slots = SQLiteSlotTransaction(database: db)
        try slots.putSlot(user.slot, revision: 1, of: userID)
        try slots.putLoginKey(user.login, ofSlot: user.slot.id, of: userID)
        return userID
    }

    /// Adds a user who has no way in yet; `name_taken` where the name is.
    package static func insert(userNamed name: String, into db: Database, now: UInt64) throws -> UserID {
        guard try !exists(userNamed: name, in: db) else {
            throw APIError(.nameTaken, "The user name is taken.")
        }
        try db.execute(
            sql: "INSERT INTO users (name, created) VALUES (?, ?)", arguments: [name, Int64(clamping: now)])
        return UserID(rawValue: db.lastInsertedRowID)
    }

    package static func exists(userNamed name: String, in db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM users WHERE name = ?)", arguments: [name]) ?? false
    }

    /// The KDF in the row of a login key; nil for keys that are not a password's.
    static func kdf(_ row: Row) throws(DamagedRow) -> KDFDescription? {
        guard let name: String = row["kdf_algorithm"] else { return nil }
        guard let algorithm = KDFDescription.Algorithm(rawValue: name),
            let iterations: Int64 = row["kdf_iterations"], let memory: Int64 = row["kdf_memory_kib"],
            let parallelism: Int64 = row["kdf_parallelism"]
        else { throw DamagedRow(table: "login_keys") }
        return KDFDescription(
            algorithm: algorithm, iterations: UInt32(clamping: iterations), memoryKiB: UInt32(clamping: memory),
            parallelism: UInt32(clamping: parallelism), salt: Bytes(row.bytes("kdf_salt")))
    }
}

extension Row {
    /// A BLOB column as bytes; none where it is NULL.
    package func bytes(_ column: String) -> [UInt8] {
        (self[column] as Data?).map { Array($0) } ?? []
    }

    /// The same where NULL means something.
    package func bytesOrNull(_ column: String) -> [UInt8]? { (self[column] as Data?).map { Array($0) } }

    /// A column that only ever holds revisions, counts or times.
    package func unsigned(_ column: String) -> UInt64 {
        UInt64(clamping: (self[column] as Int64?) ?? 0)
    }
}

extension [UInt8] {
    /// The bytes as SQLite's BLOB.
    package var blob: Data { Data(self) }
}
