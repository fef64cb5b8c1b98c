import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func keyring(of user: UserID) throws -> StoredKeyring {
        let row = try first(
            "SELECT store_id, keyring_revision, keyring, minimum_key_id, handover FROM stores WHERE user_id = ?",
            [user.rawValue])
        guard let row else { throw APIError.noStore }
        return StoredKeyring(
            storeID: Bytes(row.bytes("store_id")), revision: row.unsigned("keyring_revision"),
            body: Bytes(row.bytes("keyring")), minimumKeyID: UInt32(clamping: row.unsigned("minimum_key_id")),
            handover: row.bytesOrNull("handover").map { Bytes($0) })
    }

    func keyringRevision(of user: UserID) throws -> UInt64 {
        let row = try first("SELECT keyring_revision FROM stores WHERE user_id = ?", [user.rawValue])
        guard let row else { throw APIError.noStore }
        return row.unsigned("keyring_revision")
    }

    func putKeyring(_ keyring: [UInt8], revision: UInt64, of user: UserID) throws {
        try run(
            "UPDATE stores SET keyring_revision = ?, keyring = ? WHERE user_id = ?",
            [Int64(clamping: revision), keyring.blob, user.rawValue])
    }

    func putHandover(_ handover: [UInt8]?, of user: UserID) throws {
        try run("UPDATE stores SET handover = ? WHERE user_id = ?", [handover?.blob, user.rawValue])
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

    func putLeastKey(_ key: UInt32, of user: UserID) throws {
        try run("UPDATE stores SET minimum_key_id = ? WHERE user_id = ?", [Int64(key), user.rawValue])
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
}
