package import GRDB

// For the statements that nearly every request runs: each connection compiles them once.

extension Database {
    /// Like `execute(sql:arguments:)`.
    package func executeCached(sql: String, arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The first row that a statement gives, or nil.
    /// - Parameter decode: reads the row while the statement stands on it, by the numbers of its columns: neither are
    ///   values copied that are not asked for, nor names of columns compared.
    package func firstRow<Value>(
        sql: String, arguments: StatementArguments, _ decode: (Row) throws -> Value
    ) throws -> Value? {
        let cursor = try cursor(sql: sql, arguments: arguments)
        // The row is the statement's, which goes back to its beginning with the cursor.
        return try withExtendedLifetime(cursor) { try cursor.next().map(decode) }
    }

    /// All rows that a statement gives, read as `firstRow` reads one.
    package func allRows<Value>(
        sql: String, arguments: StatementArguments, _ decode: (Row) throws -> Value
    ) throws -> [Value] {
        let cursor = try cursor(sql: sql, arguments: arguments)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try decode(row)) }
        return values
    }

    private func cursor(sql: String, arguments: StatementArguments) throws -> RowCursor {
        try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
    }
}

extension Row {
    /// A column that only ever holds revisions, counts or times.
    package func unsigned(at column: Int) -> UInt64 { UInt64(clamping: (self[column] as Int64?) ?? 0) }

    /// A BLOB column as bytes; nil where it is NULL.
    package func bytes(at column: Int) throws -> [UInt8]? {
        try withUnsafeData(atIndex: column) { $0.map { Array($0) } }
    }
}
