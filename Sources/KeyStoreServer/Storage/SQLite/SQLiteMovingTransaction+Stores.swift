import CloudMLSAPI
import GRDB
import KeyHierarchy
import ServerKit

extension SQLiteMovingTransaction {
    func store(of user: UserID) throws -> StoredStore {
        let row = try first(
            "SELECT store_id, state, objects, bytes, cursor FROM stores WHERE user_id = ?", [user.rawValue])
        guard let row else { throw APIError.noStore }
        guard let id = StoreID(bytes: row.bytes("store_id")) else { throw DamagedRow(table: "stores") }
        return StoredStore(
            id: id, state: try SQLiteStoreState.state(row["state"]), objects: row.unsigned("objects"),
            bytes: row.unsigned("bytes"), mark: row.unsigned("cursor"))
    }

    func insertStore(_ id: StoreID, state: StoreState, of user: UserID) throws {
        try run(
            """
            INSERT INTO stores (user_id, store_id, keyring_revision, keyring, bytes, objects, cursor, state)
            VALUES (?, ?, 0, x'', 0, 0, 0, ?)
            """, [user.rawValue, id.bytes.blob, state.rawValue])
    }

    func setState(_ state: StoreState, of user: UserID) throws {
        try run("UPDATE stores SET state = ? WHERE user_id = ?", [state.rawValue, user.rawValue])
    }

    func raiseMark(of user: UserID) throws {
        try run("UPDATE stores SET cursor = cursor + 1 WHERE user_id = ?", [user.rawValue])
    }

    func putKeyring(_ keyring: [UInt8], revision: UInt64, of user: UserID) throws {
        try run(
            "UPDATE stores SET keyring_revision = ?, keyring = ? WHERE user_id = ?",
            [Int64(clamping: revision), keyring.blob, user.rawValue])
    }

    func isRotating(_ user: UserID) throws -> Bool {
        try first(
            """
            SELECT handover IS NOT NULL
                OR EXISTS (SELECT 1 FROM objects WHERE user_id = stores.user_id AND key_id < minimum_key_id)
            FROM stores WHERE user_id = ?
            """, [user.rawValue]
        ).map { $0[0] } ?? false
    }

    func raiseLeastKey(of user: UserID) throws {
        try run(
            """
            UPDATE stores SET minimum_key_id =
                max(
                    minimum_key_id,
                    ifnull((SELECT MIN(key_id) FROM objects WHERE objects.user_id = stores.user_id), 0))
            WHERE user_id = ?
            """, [user.rawValue])
    }

    func deleteContent(of user: UserID) throws {
        try deleteObjects(of: user)
        try run("UPDATE slots SET body = x'' WHERE user_id = ?", [user.rawValue])
        try run("UPDATE stores SET keyring = x'' WHERE user_id = ?", [user.rawValue])
    }

    func digest(of user: UserID) throws -> StoreDigestAnswer {
        try SQLiteStoreDigest.digest(of: user, in: database)
    }
}
