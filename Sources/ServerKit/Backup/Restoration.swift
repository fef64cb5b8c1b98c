import GRDB

/// Puts a backup into a data folder, in place of what is there.
package struct Restoration: Sendable {
    /// What is being done, for people who wait.
    package enum Step: String, Sendable {
        case copying = "copying the backup"
        case verifying = "verifying the copy"
        case replacing = "putting it into its place"
    }

    package struct Outcome: Sendable {
        package var report: BackupReport
        /// Where the database is kept that was there before; nil where there was none.
        package var keptAside: String?
    }

    private let schema: DatabaseSchema
    private let clock: ServerClock

    package init(_ schema: DatabaseSchema, clock: ServerClock = .system) {
        self.schema = schema
        self.clock = clock
    }

    /// Restores while no server runs on the folder. Cut short at any point, the folder has either the old database or
    /// the new one.
    /// - Parameter replacing: whether there may be a database; it is kept aside.
    /// - Throws: `inUse` while a server or a command has the folder open, and what `BackupVerification.verify` throws:
    ///   then nothing was changed.
    package func restore(
        _ file: String, into dataFolder: String, replacing: Bool, onStep: (Step) -> Void = { _ in }
    ) throws -> Outcome {
        guard FileSystem.exists(file) else { throw StartupError(.noInput, "There is no file \(file).") }
        let folder = try DataFolder(path: dataFolder, exclusively: true)
        defer { folder.unlock() }
        try folder.lockOutCommands()
        guard replacing || !FileSystem.exists(folder.databasePath) else {
            throw StartupError(
                .cannotCreate,
                """
                There is a database in \(dataFolder) already. --force puts the backup into its place, and keeps the old \
                one beside it.
                """)
        }
        let path = PendingRestore.preparationPath(in: dataFolder)
        defer {
            PendingRestore.removeUnfinished(in: dataFolder)
            TemporaryFiles.forget(path)
        }
        try TemporaryFiles.making(path) { () throws(StartupError) in try folder.makePrivateFile(path) }
        onStep(.copying)
        let verification = BackupVerification(schema)
        let copy = try verification.copy(file, to: path)
        onStep(.verifying)
        let report = try verification.inspect(copy, of: file)
        try DatabaseFile.naming("The file \(path)") {
            try copy.write { try schema.beginNewLife(in: $0) }
            // A plain copy of a database may be in WAL mode; what is renamed has to be one file.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
        try FileSystem.sync(path)
        onStep(.replacing)
        let pending = try PendingRestore.commit(in: dataFolder, now: clock.now)
        return Outcome(report: report, keptAside: try pending.finish())
    }
}
