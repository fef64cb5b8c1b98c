import GRDB

/// A transaction on the SQLite database. Its capabilities are in one file per entity.
struct SQLiteTransaction: DeliveryTransaction {
    let database: Database

    /// Statements are prepared once per connection: a commit to a large group runs the same few thousands of times.
    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func first(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func all(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func integer(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64 {
        try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) ?? 0
    }
}

extension UInt64 {
    /// As SQLite stores it. Numbers and times of ours never come near 2^63; those of requests may, and then they equal
    /// nothing that is stored.
    var stored: Int64 { Int64(clamping: self) }
}
