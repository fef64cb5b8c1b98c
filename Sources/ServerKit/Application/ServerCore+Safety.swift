import CloudMLSAPI
import GRDB
import Logging
import ServiceLifecycle

extension ServerCore {
    /// What looks after the data while the server runs.
    func safetyServices(logger: Logger) -> [any Service] {
        let health = database.health
        let integrity = IntegrityCheck(
            folder: folder, health: health, interval: configuration.integrityCheckInterval, logger: logger)
        var services: [any Service] = [integrity]
        if let schedule = configuration.backups {
            services.append(
                ScheduledBackups(
                    schedule: schedule, schema: schema, folder: folder,
                    names: BackupNames(identity, programName: configuration.programName), health: health,
                    integrity: integrity, clock: clock,
                    logger: logger))
        }
        return services
    }
}

extension DataFolder {
    /// Looks through the database after a server that did not end in order; `damaged` where it contradicts itself.
    func checkDatabase() throws {
        guard FileSystem.exists(databasePath) else { return }
        do {
            let database = try DatabaseFile.openSource(databasePath)
            let lines = try database.read { try String.fetchAll($0, sql: "PRAGMA quick_check(5)") }
            try database.close()
            guard lines == ["ok"] else { throw damaged(lines.joined(separator: "; ")) }
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            throw damaged(error.message ?? "\(error)")
        }
    }

    /// Why a server does not start on this folder, and what helps.
    func damaged(_ reason: String) -> StartupError {
        let advice =
            BackupRecord.newest(in: self).map {
                "The newest good backup that this server knows of is \($0.file), of \(UTCTime($0.created).text)."
            } ?? "This server knows of no backup."
        return StartupError(
            .damaged,
            """
            The database \(databasePath) is damaged: \(reason).
            Nothing was changed. Look after the disk first. Then put a backup into its place with the command restore, \
            which keeps the damaged database beside it. \(advice)
            """)
    }
}
