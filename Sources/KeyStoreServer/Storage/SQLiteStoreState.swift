import CloudMLSAPI
import GRDB
import ServerKit

/// Where a user's store stands, as the transactions that depend on it read it.
enum SQLiteStoreState {
    static func state(of user: UserID, in db: Database) throws -> StoreState {
        let sql = "SELECT state FROM stores WHERE user_id = ?"
        var found: StoreState?
        try db.firstRow(sql: sql, arguments: [user.rawValue]) { found = try state($0[0]) }
        guard let found else { throw APIError.noStore }
        return found
    }

    /// - Parameter text: what is stored.
    static func state(_ text: String) throws(APIError) -> StoreState {
        guard let state = StoreState(rawValue: text) else { throw APIError.databaseDamaged }
        return state
    }

    static func set(_ state: StoreState, of user: UserID, in db: Database) throws {
        try db.execute(
            sql: "UPDATE stores SET state = ? WHERE user_id = ?", arguments: [state.rawValue, user.rawValue])
    }

    /// A number that rises with each object that is written, and with `raiseMark`: the end of the change feed.
    static func mark(of user: UserID, in db: Database) throws -> UInt64 {
        let cursor = try Int64.fetchOne(
            db, sql: "SELECT cursor FROM stores WHERE user_id = ?", arguments: [user.rawValue])
        return UInt64(clamping: cursor ?? 0)
    }

    static func raiseMark(of user: UserID, in db: Database) throws {
        try db.execute(sql: "UPDATE stores SET cursor = cursor + 1 WHERE user_id = ?", arguments: [user.rawValue])
    }

    static func checkReadable(_ user: UserID, in db: Database) throws {
        try state(of: user, in: db).checkReadable()
    }

    static func checkWritable(_ user: UserID, in db: Database) throws {
        try state(of: user, in: db).checkWritable()
    }

    /// For slots, which `ServerKit` keeps.
    static let slotAccess: SlotAccess = { user, isWrite, db in
        if isWrite { try checkWritable(user, in: db) } else { try checkReadable(user, in: db) }
    }
}

extension APIError {
    static let noStore = APIError(.notFound, "The user has no store.")
}
