import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func usage(of user: UserID) throws -> StoreUsage {
        let sql = "SELECT state, bytes, objects, cursor, minimum_key_id FROM stores WHERE user_id = ?"
        var found: StoreUsage?
        try database.firstRow(sql: sql, arguments: [user.rawValue]) { row in
            found = StoreUsage(
                state: try Self.state(row[0]), bytes: row[1], objects: row[2],
                cursor: row.unsigned(at: 3), minimumKeyID: UInt32(clamping: row.unsigned(at: 4)))
        }
        guard let found else { throw APIError.noStore }
        return found
    }

    func putUsage(_ usage: StoreUsage, of user: UserID) throws {
        try database.executeCached(
            sql: "UPDATE stores SET bytes = ?, objects = ?, cursor = ? WHERE user_id = ?",
            arguments: [usage.bytes, usage.objects, Int64(clamping: usage.cursor), user.rawValue])
    }
}
