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
