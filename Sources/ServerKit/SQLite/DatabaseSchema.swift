package import GRDB
package import KeyHierarchy

/// What a server's database is made of: what whoever opens, checks, backs up or restores one has to know.
package struct DatabaseSchema: Sendable {
    package let role: ServerRole
    private let ownMigrations: @Sendable (inout DatabaseMigrator) -> Void
    private let ownRowChecks: @Sendable (Database, inout RowFindings) throws -> Void
    private let ownForgetting: @Sendable (Database) throws -> Void

    /// - Parameters:
    ///   - migrations: adds the server's own migrations behind the shared ones. Their names are for ever.
    ///   - rowChecks: looks at every row of the server's own tables.
    ///   - forgetting: deletes what must not come back to life when a backup is restored, beyond sessions.
    package init(
        role: ServerRole, migrations: @escaping @Sendable (inout DatabaseMigrator) -> Void,
        rowChecks: @escaping @Sendable (Database, inout RowFindings) throws -> Void = { _, _ in },
        forgetting: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) {
        self.role = role
        ownMigrations = migrations
        ownRowChecks = rowChecks
        ownForgetting = forgetting
    }

    var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        SharedMigrations.register(in: &migrator)
        ownMigrations(&migrator)
        return migrator
    }

    /// Looks at every row of a database that is up to date.
    func checkRows(in db: Database) throws -> RowFindings {
        var findings = RowFindings()
        try SharedRowChecks(role: role).run(in: db, &findings)
        try ownRowChecks(db, &findings)
        return findings
    }

    /// Turns the copy of a database into a new life of the server: a new incarnation, so that clients notice; nobody is
    /// signed in, since the tokens in the copy may have been exchanged or revoked after it was made.
    func beginNewLife(in db: Database) throws {
        try db.execute(
            sql: "UPDATE server SET incarnation = ? WHERE id = 1", arguments: [[UInt8].secureRandom(16).blob])
        try db.execute(sql: "DELETE FROM sessions")
        try ownForgetting(db)
    }

    /// Throws where the database is another server's, or of a version that this program does not know.
    /// - Parameter subject: how the message names the database, such as "The file x".
    func checkFormat(in db: Database, subject: String) throws {
        let owner = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        guard owner == role.applicationID else {
            let other = ServerRole.allCases.first { $0.applicationID == owner }
            throw StartupError(
                .dataFolderOfAnotherVersion,
                other.map { "\(subject) is a database of \($0.programName), not of \(role.programName)." }
                    ?? "\(subject) is not a database of \(role.programName).")
        }
        let format = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard try format == DataFolderFormat.current && !migrator.hasBeenSuperseded(db) else {
            throw StartupError(
                .dataFolderOfAnotherVersion,
                """
                \(subject) was written by a newer version of \(role.programName) (format \(format), this one knows \
                \(DataFolderFormat.current)). Use that version.
                """)
        }
    }
}
