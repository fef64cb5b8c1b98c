package import CloudMLSAPI
import Foundation
import GRDB
package import ServerKit

/// `KeyringStorage` in SQLite.
package struct SQLiteKeyringStorage: KeyringStorage {
    private let database: SQLiteDatabase
    private let signals: UserSignals

    /// - Parameter signals: signalled after each write.
    package init(_ database: SQLiteDatabase, signals: UserSignals) {
        self.database = database
        self.signals = signals
    }

    package func keyring(of user: UserID) async throws -> StoredKeyring {
        try await database.read { db in
            try SQLiteStoreState.checkReadable(user, in: db)
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT store_id, keyring_revision, keyring, minimum_key_id, handover FROM stores WHERE user_id = ?
                    """,
                arguments: [user.rawValue])
            guard let row else { throw APIError(.notFound, "The user has no store.") }
            return StoredKeyring(
                storeID: Bytes(row.bytes("store_id")), revision: row.unsigned("keyring_revision"),
                body: Bytes(row.bytes("keyring")), minimumKeyID: UInt32(clamping: row.unsigned("minimum_key_id")),
                handover: (row["handover"] as Data?).map { Bytes(Array($0)) })
        }
    }

    package func writeKeyring(
        _ body: [UInt8], endingHandover: Bool, precondition: Precondition, of user: UserID
    ) async throws -> UInt64 {
        let written = try await database.write { db in
            try SQLiteStoreState.checkWritable(user, in: db)
            try precondition.check(current: Self.revision(of: user, in: db))
            let revision = precondition.expected + 1
            try db.execute(
                sql: """
                    UPDATE stores SET keyring_revision = ?, keyring = ?, handover = iif(?, NULL, handover)
                    WHERE user_id = ?
                    """,
                arguments: [Int64(clamping: revision), body.blob, endingHandover, user.rawValue])
            return revision
        }
        signals.signal(user)
        return written
    }

    package func rotate(_ rotation: NewRotation, by session: Session) async throws -> UInt64 {
        let written = try await database.write { db in
            let user = session.userID
            try SQLiteStoreState.checkWritable(user, in: db)
            let current = try Self.revision(of: user, in: db)
            try rotation.precondition.check(current: current)
            let minimum = try Int64.fetchOne(
                db, sql: "SELECT minimum_key_id FROM stores WHERE user_id = ?", arguments: [user.rawValue])
            guard Int64(rotation.minimumKeyID) >= minimum ?? 0 else {
                throw APIError(.badRequest, "The least object key never falls.")
            }
            guard try SQLiteSlotStorage.rewrap(rotation.slots, of: user, in: db) else {
                throw APIError.conflict(current: current)
            }
            let revision = rotation.precondition.expected + 1
            try db.execute(
                sql: """
                    UPDATE stores SET keyring_revision = ?, keyring = ?, minimum_key_id = ?, handover = ?
                    WHERE user_id = ?
                    """,
                arguments: [
                    Int64(clamping: revision), rotation.keyring.blob, Int64(rotation.minimumKeyID),
                    rotation.handover?.blob, user.rawValue,
                ])
            if rotation.endsOtherSessions {
                try db.execute(
                    sql: "DELETE FROM sessions WHERE user_id = ? AND id <> ?",
                    arguments: [user.rawValue, session.id.rawValue])
                // Whoever has the old data key could still make a token to follow a move with.
                try SQLiteMovingStorage.endFollowing(user, db)
            }
            return revision
        }
        signals.signal(session.userID)
        return written
    }

    private static func revision(of user: UserID, in db: Database) throws -> UInt64 {
        let current = try Int64.fetchOne(
            db, sql: "SELECT keyring_revision FROM stores WHERE user_id = ?", arguments: [user.rawValue])
        return UInt64(clamping: current ?? 0)
    }
}
