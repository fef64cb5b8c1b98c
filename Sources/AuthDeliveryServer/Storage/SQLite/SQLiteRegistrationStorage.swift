import GRDB
package import ServerKit

/// Users in the server's SQLite database.
package struct SQLiteRegistrationStorage: RegistrationStorage {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    package func insertUser(_ user: NewUser, at time: UInt64) async throws {
        try await database.write { _ = try SQLiteUserStorage.insert(user, into: $0, now: time) }
    }
}
