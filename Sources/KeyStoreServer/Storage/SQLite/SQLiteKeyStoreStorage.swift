import GRDB
package import ServerKit

/// `KeyStoreStorage` in the server's SQLite database.
package struct SQLiteKeyStoreStorage: KeyStoreStorage {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    package func lookUp<Value>(_ body: (any ObjectLookUp) throws -> Value) throws -> Value {
        try database.lookUp { try body(SQLiteTransaction(database: $0)) }
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any KeyStoreTransaction) throws -> Value
    ) async throws -> Value {
        try await database.read { try body(SQLiteTransaction(database: $0)) }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any KeyStoreTransaction) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        database.write { database in
            let value = try body(SQLiteTransaction(database: database))
            return { completion(.success(value)) }
        } fail: {
            completion(.failure($0))
        }
    }

    /// Lets nobody follow any more: whoever still has the token of a move may be the one who is to be locked out.
    static let endFollowing: LockOut = { user, database in
        try SQLiteTransaction(database: database).endFollowing(of: user)
    }

    /// Slots can be read and written where the rest of the store can.
    static let slotAccess: SlotAccess = { user, isWrite, database in
        let state = try SQLiteTransaction(database: database).state(of: user)
        if isWrite { try state.checkWritable() } else { try state.checkReadable() }
    }
}
