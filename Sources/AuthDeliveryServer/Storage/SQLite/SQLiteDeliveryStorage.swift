package import ServerKit

/// The delivery data in the server's SQLite database, beside users and sessions.
package struct SQLiteDeliveryStorage: DeliveryStorage {
    private let database: SQLiteDatabase

    /// - Parameter database: one whose migrations, `DeliverySchema`'s among them, have run.
    package init(_ database: SQLiteDatabase) { self.database = database }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any DeliveryTransaction) throws -> Value
    ) async throws -> Value {
        try await database.read { try body(SQLiteTransaction(database: $0)) }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any DeliveryTransaction) throws -> Value
    ) async throws -> Value {
        try await database.write { try body(SQLiteTransaction(database: $0)) }
    }
}
