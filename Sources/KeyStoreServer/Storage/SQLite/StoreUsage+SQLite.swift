import CloudMLSAPI
import GRDB
import ServerKit

extension StoreUsage {
    init(of user: UserID, in db: Database) throws {
        let sql = "SELECT state, bytes, objects, cursor, minimum_key_id FROM stores WHERE user_id = ?"
        var found: StoreUsage?
        try db.firstRow(sql: sql, arguments: [user.rawValue]) { row in
            found = StoreUsage(
                state: try SQLiteStoreState.state(row[0]), bytes: row[1], objects: row[2],
                cursor: row.unsigned(at: 3), minimumKeyID: UInt32(clamping: row.unsigned(at: 4)))
        }
        guard let found else { throw APIError.noStore }
        self = found
    }

    func store(of user: UserID, in db: Database) throws {
        try db.executeCached(
            sql: "UPDATE stores SET bytes = ?, objects = ?, cursor = ? WHERE user_id = ?",
            arguments: [bytes, objects, Int64(clamping: cursor), user.rawValue])
    }
}
