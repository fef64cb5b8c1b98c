import GRDB
package import ServerKit

/// `MovingStorage` in the server's SQLite database.
package struct SQLiteMovingStorage: MovingStorage {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any MovingTransaction) throws -> Value
    ) async throws -> Value {
        try await database.read { try body(SQLiteMovingTransaction(database: $0)) }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any MovingTransaction) throws -> Value
    ) async throws -> Value {
        try await database.write { try body(SQLiteMovingTransaction(database: $0)) }
    }

    /// Lets nobody follow any more: whoever still has the token of a move may be the one who is to be locked out.
    static let endFollowing: LockOut = { user, db in
        try db.execute(sql: "UPDATE arrivals SET follow_hash = NULL WHERE user_id = ?", arguments: [user.rawValue])
    }
}

/// A transaction on the SQLite database. Its capabilities are in one file per entity.
struct SQLiteMovingTransaction: MovingTransaction {
    let database: Database

    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.execute(sql: sql, arguments: arguments)
    }

    func first(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(database, sql: sql, arguments: arguments)
    }
}
