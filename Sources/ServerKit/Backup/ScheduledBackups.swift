import Logging
import ServiceLifecycle

/// Backs the running server up now and then, and removes old backups of its own once a newer one is known to be good.
struct ScheduledBackups: Service {
    let schedule: BackupSchedule
    let schema: DatabaseSchema
    let folder: DataFolder
    let names: BackupNames
    let health: ServerHealth
    let integrity: IntegrityCheck
    let clock: ServerClock
    let logger: Logger

    /// Seconds after which the clock is looked at again: it may have been set.
    private static let pace: UInt64 = 60
    /// Seconds until a failed backup is tried again, at first and at most.
    private static let firstRetry: UInt64 = 60
    private static let lastRetry: UInt64 = 3_600

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var failures = 0
            // Only its own backups count: one that was made by hand may be far from the folder that somebody relies on.
            let record = BackupRecord.newest(in: folder)
            var newest = record.flatMap { FileSystem.folder(of: $0.file) == schedule.folder ? $0.created : nil }
            while true {
                try await waitUntilDue(newest: newest, failures: failures)
                do {
                    newest = try await backUp()
                    failures = 0
                } catch is CancellationError {
                    return
                } catch {
                    if Task.isCancelled { return }
                    failures += 1
                    logger.error(
                        "THE BACKUP FAILED",
                        metadata: ["folder": "\(schedule.folder)", "reason": "\(error)", "failures": "\(failures)"])
                }
            }
        }
    }

    /// How long until the next try, in seconds; 0 when it is due.
    static func wait(
        interval: UInt64, newest: UInt64?, now: UInt64, failures: Int
    ) -> UInt64 {
        if failures > 0 { return min(lastRetry, interval, firstRetry << UInt64(min(failures - 1, 10))) }
        // A backup from the future was made while the clock was wrong: it must not hold up the next ones.
        guard let newest, newest <= now else { return 0 }
        return interval - min(interval, now - newest)
    }

    private func waitUntilDue(newest: UInt64?, failures: Int) async throws {
        while true {
            let wait = Self.wait(interval: schedule.interval, newest: newest, now: clock.now, failures: failures)
            guard wait > 0 else { return }
            guard failures == 0 else { return try await Task.sleep(for: .seconds(wait)) }
            try await Task.sleep(for: .seconds(min(wait, Self.pace)))
        }
    }

    /// - Returns: when the backup was made.
    private func backUp() async throws -> UInt64 {
        if let reason = health.damage {
            throw StartupError(.damaged, "no backup is made of a damaged database: \(reason)")
        }
        guard FileSystem.exists(schedule.folder) else {
            throw StartupError(.cannotCreate, "there is no folder \(schedule.folder): is its disk missing?")
        }
        let name = names.name(at: clock.now)
        let file = "\(schedule.folder)/\(name)"
        let report: BackupReport
        do {
            report = try await DatabaseInterruption.offload {
                try BackupWriter(schema, clock: clock).write(folder, to: file, replacing: true)
            }
        } catch let error as StartupError where error.exitCode == .damaged {
            // It may be the disk that the copy is on.
            try await integrity.check()
            throw error
        }
        logger.notice("backed up", metadata: ["file": "\(file)", "bytes": "\(report.size)"])
        let own = FileSystem.names(in: schedule.folder).filter { names.isOwn($0) }
        // By what was made last. Names from the future are from before the clock was set right: they go first.
        let ordered = own.filter { $0 > name } + own.filter { $0 <= name }
        for old in ordered.dropLast(schedule.keep) where old != name {
            FileSystem.remove("\(schedule.folder)/\(old)")
            logger.notice("removed an old backup", metadata: ["file": "\(schedule.folder)/\(old)"])
        }
        // What was written has been read back: without its time, the disk did not keep what it was given.
        guard let created = report.created else {
            throw StartupError(.damaged, "\(file) does not say when it was made: is its disk sound?")
        }
        return created
    }
}
