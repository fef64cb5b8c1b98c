import CloudMLSAPI
import GRDB
import KeyHierarchy
import ServerKit

extension SQLiteTransaction {
    func store(of user: UserID) throws -> StoredStore {
        let row = try first(
            "SELECT store_id, state, objects, bytes, cursor FROM stores WHERE user_id = ?", [user.rawValue])
        guard let row else { throw APIError.noStore }
        guard let id = StoreID(bytes: row.bytes("store_id")) else { throw DamagedRow(table: "stores") }
        return StoredStore(
            id: id, state: try Self.state(row["state"]), objects: row.unsigned("objects"),
            bytes: row.unsigned("bytes"), mark: row.unsigned("cursor"))
    }

    func state(of user: UserID) throws -> StoreState {
        var found: StoreState?
        try database.firstRow(sql: "SELECT state FROM stores WHERE user_id = ?", arguments: [user.rawValue]) {
            found = try Self.state($0[0])
        }
        guard let found else { throw APIError.noStore }
        return found
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

    func deleteContent(of user: UserID) throws {
        try deleteObjects(of: user)
        try run("UPDATE slots SET body = x'' WHERE user_id = ?", [user.rawValue])
        try run("UPDATE stores SET keyring = x'' WHERE user_id = ?", [user.rawValue])
    }

    func digest(of user: UserID) throws -> StoreDigestAnswer {
        try SQLiteStoreDigest.digest(of: user, in: database)
    }
}
