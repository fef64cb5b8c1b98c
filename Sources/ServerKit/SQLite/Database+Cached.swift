import CSQLite
package import GRDB

// For the statements that nearly every request runs. Each connection compiles them once, as GRDB's cached statements;
// arguments and columns then go straight to and from SQLite, without GRDB's values and rows, which can hold anything.

extension Database {
    /// Like `execute(sql:arguments:)`, for one statement that gives no rows.
    package func executeCached(sql: String, arguments: [any StatementArgument]) throws {
        try withStatement(sql, arguments) { statement in
            while try step(statement) {}
        }
    }

    /// Reads the first row that a statement gives, where it gives any.
    /// - Parameter read: called while the statement stands on the row. What it finds it keeps itself, so that nothing here
    ///   has to work for values of any type, which is not known where this module is compiled.
    package func firstRow(
        sql: String, arguments: [any StatementArgument], _ read: (StatementRow) throws -> Void
    ) throws {
        try withStatement(sql, arguments) { statement in
            if try step(statement) { try read(StatementRow(of: statement)) }
        }
    }

    /// Reads all rows that a statement gives, as `firstRow` reads one.
    package func eachRow(
        sql: String, arguments: [any StatementArgument], _ read: (StatementRow) throws -> Void
    ) throws {
        try withStatement(sql, arguments) { statement in
            while try step(statement) { try read(StatementRow(of: statement)) }
        }
    }

    /// Gives the statement back as it was: at its beginning, which also ends the reading it was in the middle of, and
    /// without what was asked for last.
    private func withStatement(
        _ sql: String, _ arguments: [any StatementArgument], _ body: (Statement) throws -> Void
    ) throws {
        let statement = try cachedStatement(sql: sql)
        let pointer = statement.sqliteStatement
        guard sqlite3_bind_parameter_count(pointer) == arguments.count else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "wrong number of arguments", sql: sql)
        }
        defer {
            sqlite3_reset(pointer)
            sqlite3_clear_bindings(pointer)
        }
        for (index, argument) in arguments.enumerated() {
            let code = argument.bind(to: pointer, at: Int32(index) + 1)
            guard code == SQLITE_OK else { throw failure(code, of: statement) }
        }
        try body(statement)
    }

    /// - Returns: whether the statement stands on a row.
    private func step(_ statement: Statement) throws -> Bool {
        switch sqlite3_step(statement.sqliteStatement) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw failure(code, of: statement)
        }
    }

    private func failure(_ code: Int32, of statement: Statement) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: sqliteConnection.map { String(cString: sqlite3_errmsg($0)) },
            sql: statement.sql)
    }
}

/// What can stand in for a `?`.
package protocol StatementArgument {
    /// - Parameter position: counted from 1.
    /// - Returns: SQLite's result code.
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32
}

extension Int64: StatementArgument {
    package func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_int64(statement, position, self)
    }
}

extension Int: StatementArgument {
    package func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_int64(statement, position, Int64(self))
    }
}

/// A BLOB, which SQLite copies.
extension [UInt8]: StatementArgument {
    package func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        guard !isEmpty else { return sqlite3_bind_zeroblob(statement, position, 0) }
        return withUnsafeBytes { bytes in
            sqlite3_bind_blob64(statement, position, bytes.baseAddress, UInt64(bytes.count), Self.copied)
        }
    }

    /// `SQLITE_TRANSIENT`, which is a macro that Swift does not see.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// NULL where there is nothing.
extension Optional: StatementArgument where Wrapped: StatementArgument {
    package func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        switch self {
        case .some(let value): value.bind(to: statement, at: position)
        case .none: sqlite3_bind_null(statement, position)
        }
    }
}

/// The row on which a statement stands: good until the statement goes on. Columns are counted from 0, and what is not of
/// the type that is asked for is converted as SQLite does.
package struct StatementRow {
    private let statement: OpaquePointer

    fileprivate init(of statement: Statement) { self.statement = statement.sqliteStatement }

    package subscript(column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    package subscript(column: Int) -> Int { Int(self[column] as Int64) }

    package subscript(column: Int) -> Bool { self[column] as Int64 != 0 }

    package subscript(column: Int) -> Int64? { isNull(at: column) ? nil : self[column] as Int64 }

    package subscript(column: Int) -> Int? { isNull(at: column) ? nil : self[column] as Int }

    package subscript(column: Int) -> String {
        guard let text = sqlite3_column_text(statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }

    /// A column that only ever holds revisions, counts or times.
    package func unsigned(at column: Int) -> UInt64 { UInt64(clamping: self[column] as Int64) }

    /// A BLOB column as bytes; nil where it is NULL.
    /// - Throws: `DatabaseError` where there is no memory for it.
    package func bytes(at column: Int) throws -> [UInt8]? {
        guard !isNull(at: column) else { return nil }
        // In this order: the first call may convert the value (SQLite's documentation of `sqlite3_column_blob`).
        let blob = sqlite3_column_blob(statement, Int32(column))
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        guard blob != nil || count == 0 else { throw DatabaseError(resultCode: .SQLITE_NOMEM) }
        return Array(UnsafeRawBufferPointer(start: blob, count: count))
    }

    private func isNull(at column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }
}
