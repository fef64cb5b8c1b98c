import CloudMLSAPI
import GRDB
import KeyHierarchy
import ServerKit

extension SQLiteTransaction {
    func useSetupToken(_ hash: [UInt8], now: UInt64) throws {
        try SQLiteRegistrationStorage.use(hash, now: now, in: database)
    }

    func insertUser(named name: String, at time: UInt64) throws -> UserID {
        try SQLiteUserStorage.insert(userNamed: name, into: database, now: time)
    }

    func user(named name: String) throws -> UserID? {
        try first("SELECT id FROM users WHERE name = ?", [name]).map { UserID(rawValue: $0["id"]) }
    }

    func loginKey(of user: UserID) throws -> (key: StoredLoginKey, kind: SlotKind)? {
        let row = try first(
            """
            SELECT slot_id, kind, public_key FROM login_keys WHERE user_id = ?
            ORDER BY kind <> 'password', slot_id LIMIT 1
            """, [user.rawValue])
        return try row.map { row in
            guard let kind = SlotKind(name: row["kind"]) else { throw DamagedRow(table: "login_keys") }
            let key = StoredLoginKey(
                userID: user, slotID: row.bytes("slot_id"), publicKey: row.bytes("public_key"))
            return (key, kind)
        }
    }
}
