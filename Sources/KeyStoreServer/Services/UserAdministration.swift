package import ServerKit

/// A user, as whoever runs the server may see one: never a name or content of what is stored.
package struct UserSummary: Sendable, Encodable {
    package var name: String
    /// Seconds since 1970.
    package var created: UInt64
    /// Objects that have a body.
    package var objects: Int
    /// Bytes of all bodies.
    package var bytes: Int
    package var slots: Int
    /// That have not expired.
    package var sessions: Int
    /// Whether the user is kept from signing in.
    package var disabled: Bool
}

/// What `users`, `disable`, `enable` and `remove` do in the data folder of a server, which may be running.
package struct UserAdministration: Sendable {
    private let database: SQLiteDatabase
    private let folder: DataFolder
    private let clock: ServerClock

    /// - Throws: `StartupError`.
    package init(dataFolder: String, clock: ServerClock = .system) throws {
        folder = try DataFolder(existing: dataFolder)
        database = try SQLiteDatabase(folder: folder, schema: KeyStoreSchema.schema)
        self.clock = clock
    }

    package func users() async throws -> [UserSummary] {
        try await SQLiteUserListing(database).users(now: clock.now)
    }

    /// Ends the user's sessions at once, and answers logins as if the credentials were wrong. Nothing is deleted.
    package func disable(_ name: String) async throws {
        try check(try await SQLiteUserAdministration(database).setDisabled(true, userNamed: name), name)
    }

    package func enable(_ name: String) async throws {
        try check(try await SQLiteUserAdministration(database).setDisabled(false, userNamed: name), name)
    }

    /// Deletes a user and everything that the user stored, for good.
    package func remove(_ name: String) async throws {
        try check(try await SQLiteUserAdministration(database).remove(userNamed: name), name)
    }

    private func check(_ isThere: Bool, _ name: String) throws(StartupError) {
        guard isThere else { throw StartupError(.noUser, "There is no user of the name \(name).") }
    }
}
