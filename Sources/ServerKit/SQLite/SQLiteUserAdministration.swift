import GRDB

/// What whoever runs a server can do to its users, also beside the running server.
package struct SQLiteUserAdministration: Sendable {
    private let database: SQLiteDatabase

    package init(_ database: SQLiteDatabase) { self.database = database }

    /// Ends a user's sessions and answers logins as if the credentials were wrong; or lets the user in again. What is
    /// stored stays. False where there is no such user.
    package func setDisabled(_ isDisabled: Bool, userNamed name: String) async throws -> Bool {
        try await database.write { db in
            try db.execute(sql: "UPDATE users SET disabled = ? WHERE name = ?", arguments: [isDisabled, name])
            guard db.changesCount == 1 else { return false }
            if isDisabled {
                try db.execute(
                    sql: "DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE name = ?)", arguments: [name]
                )
            }
            return true
        }
    }

    /// Deletes a user with everything that belongs to one, for good. False where there is no such user.
    package func remove(userNamed name: String) async throws -> Bool {
        try await database.write { db in
            try db.execute(sql: "DELETE FROM users WHERE name = ?", arguments: [name])
            return db.changesCount == 1
        }
    }
}
