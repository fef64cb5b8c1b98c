import CloudMLSAPI
import GRDB
package import ServerKit

/// `RegistrationStorage` in SQLite.
package struct SQLiteRegistrationStorage: RegistrationStorage {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    package func register(_ store: NewStore, tokenHash: [UInt8]?, now: UInt64) async throws {
        try await database.write { db in
            // Before the name is looked at: without a good token nobody learns which names are taken.
            if let tokenHash { try Self.use(tokenHash, now: now, in: db) }
            let user = try SQLiteUserStorage.insert(store.user, into: db, now: now)
            try db.execute(
                sql: """
                    INSERT INTO stores (user_id, store_id, keyring_revision, keyring, bytes, objects, cursor)
                    VALUES (?, ?, 1, ?, 0, 0, 0)
                    """,
                arguments: [user.rawValue, store.storeID.blob, store.keyring.blob])
        }
    }

    package func addSetupToken(
        hash: [UInt8], purpose: SetupPurpose, expires: UInt64, now: UInt64
    ) async throws {
        try await database.write { db in
            try db.execute(
                sql: "DELETE FROM setup_tokens WHERE expires <= ?", arguments: [Int64(clamping: now)])
            if purpose == .firstStart {
                try db.execute(
                    sql: "DELETE FROM setup_tokens WHERE purpose = ?", arguments: [purpose.rawValue])
            }
            try db.execute(
                sql: "INSERT INTO setup_tokens (hash, purpose, expires) VALUES (?, ?, ?)",
                arguments: [hash.blob, purpose.rawValue, Int64(clamping: expires)])
        }
    }

    /// Uses a setup token up, in the transaction that lets somebody in; `registration_refused` where it is not good.
    static func use(_ tokenHash: [UInt8], now: UInt64, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM setup_tokens WHERE hash = ? AND expires > ?",
            arguments: [tokenHash.blob, Int64(clamping: now)])
        guard db.changesCount == 1 else { throw APIError.registrationRefused }
    }

    package func hasUsers() async throws -> Bool {
        try await database.read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM users)") ?? false
        }
    }
}

extension APIError {
    static let registrationRefused = APIError(
        .registrationRefused,
        "Registration takes a setup code that is neither used nor expired. \"key-store-server invite\" makes one.")
}
