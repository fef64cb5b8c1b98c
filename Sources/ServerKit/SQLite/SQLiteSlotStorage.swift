import GRDB

/// `SlotStorage` in SQLite.
struct SQLiteSlotStorage: SlotStorage {
    private let database: SQLiteDatabase
    private let access: SlotAccess

    init(_ database: SQLiteDatabase, access: @escaping SlotAccess) {
        self.database = database
        self.access = access
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SlotTransaction) throws -> Value
    ) async throws -> Value {
        try await database.read { [access] in try body(SQLiteSlotTransaction(database: $0, access: access)) }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SlotTransaction) throws -> Value
    ) async throws -> Value {
        try await database.write { [access] in try body(SQLiteSlotTransaction(database: $0, access: access)) }
    }
}
