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
            while true {
                try await waitUntilDue(failures: failures)
                do {
                    try await backUp()
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

    private func waitUntilDue(failures: Int) async throws {
        if failures > 0 {
            let wait = Self.wait(interval: schedule.interval, newest: nil, now: clock.now, failures: failures)
            try await Task.sleep(for: .seconds(wait))
            return
        }
        while true {
            // Only its own backups count: one that was made by hand may be far from the folder that somebody relies on.
            let record = BackupRecord.newest(in: folder)
            let newest = record.flatMap { FileSystem.folder(of: $0.file) == schedule.folder ? $0.created : nil }
            let wait = Self.wait(interval: schedule.interval, newest: newest, now: clock.now, failures: 0)
            guard wait > 0 else { return }
            try await Task.sleep(for: .seconds(min(wait, Self.pace)))
        }
    }

    private func backUp() async throws {
        if let reason = health.damage {
            throw StartupError(.damaged, "no backup is made of a damaged database: \(reason)")
        }
        guard FileSystem.exists(schedule.folder) else {
            throw StartupError(.cannotCreate, "there is no folder \(schedule.folder): is its disk missing?")
        }
        let name = names.name(at: clock.now)
        let file = "\(schedule.folder)/\(name)"
        do {
            let report = try await DatabaseInterruption.offload {
                try BackupWriter(schema, clock: clock).write(folder, to: file, replacing: true)
            }
            logger.notice("backed up", metadata: ["file": "\(file)", "bytes": "\(report.size)"])
        } catch let error as StartupError where error.exitCode == .damaged {
            // It may be the disk that the copy is on.
            try await integrity.check()
            throw error
        }
        let own = FileSystem.names(in: schedule.folder).filter { names.isOwn($0) }
        for old in own.dropLast(schedule.keep) where old != name {
            FileSystem.remove("\(schedule.folder)/\(old)")
            logger.notice("removed an old backup", metadata: ["file": "\(schedule.folder)/\(old)"])
        }
    }
}
