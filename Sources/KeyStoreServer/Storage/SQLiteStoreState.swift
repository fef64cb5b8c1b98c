import CloudMLSAPI
import GRDB
import ServerKit

/// Where a user's store stands, as the transactions that depend on it read it.
enum SQLiteStoreState {
    static func state(of user: UserID, in db: Database) throws -> StoreState {
        let text = try String.fetchOne(
            db.cachedStatement(sql: "SELECT state FROM stores WHERE user_id = ?"), arguments: [user.rawValue])
        guard let text, let state = StoreState(rawValue: text) else {
            throw APIError(.notFound, "The user has no store.")
        }
        return state
    }

    static func set(_ state: StoreState, of user: UserID, in db: Database) throws {
        try db.execute(
            sql: "UPDATE stores SET state = ? WHERE user_id = ?", arguments: [state.rawValue, user.rawValue])
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
