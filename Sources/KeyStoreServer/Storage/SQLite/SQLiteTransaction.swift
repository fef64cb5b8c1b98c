import CloudMLSAPI
import GRDB
import ServerKit

/// A transaction on the SQLite database. Its capabilities are in one file per entity.
struct SQLiteTransaction: KeyStoreTransaction {
    let database: Database

    var slots: any SlotTransaction { SQLiteSlotTransaction(database: database) }

    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.execute(sql: sql, arguments: arguments)
    }

    func first(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(database, sql: sql, arguments: arguments)
    }

    /// - Parameter text: where a store stands, as it is stored.
    static func state(_ text: String) throws(APIError) -> StoreState {
        guard let state = StoreState(rawValue: text) else { throw APIError.databaseDamaged }
        return state
    }
}
