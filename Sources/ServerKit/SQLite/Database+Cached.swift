package import GRDB

// For the statements that nearly every request runs: each connection compiles them once.

extension Database {
    /// Like `execute(sql:arguments:)`.
    package func executeCached(sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

extension Row {
    /// Like `fetchOne(_:sql:arguments:)`.
    package static func fetchOneCached(
        _ db: Database, sql: String, arguments: StatementArguments
    ) throws -> Row? {
        try fetchOne(db.cachedStatement(sql: sql), arguments: arguments)
    }
}
