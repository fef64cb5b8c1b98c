package import CloudMLSAPI
import GRDB
package import ServerKit

/// `KeyringStorage` in SQLite.
package struct SQLiteKeyringStorage: KeyringStorage {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    package func keyring(of user: UserID) async throws -> StoredKeyring {
        try await database.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT store_id, keyring_revision, keyring FROM stores WHERE user_id = ?",
                arguments: [user.rawValue])
            guard let row else { throw APIError(.notFound, "The user has no store.") }
            return StoredKeyring(
                storeID: Bytes(row.bytes("store_id")), revision: row.unsigned("keyring_revision"),
                body: Bytes(row.bytes("keyring")))
        }
    }

    package func writeKeyring(
        _ body: [UInt8], precondition: Precondition, of user: UserID
    ) async throws -> UInt64 {
        try await database.write { db in
            let current = try Int64.fetchOne(
                db, sql: "SELECT keyring_revision FROM stores WHERE user_id = ?", arguments: [user.rawValue])
            try precondition.check(current: UInt64(clamping: current ?? 0))
            let revision = precondition.expected + 1
            try db.execute(
                sql: "UPDATE stores SET keyring_revision = ?, keyring = ? WHERE user_id = ?",
                arguments: [Int64(clamping: revision), body.blob, user.rawValue])
            return revision
        }
    }
}
