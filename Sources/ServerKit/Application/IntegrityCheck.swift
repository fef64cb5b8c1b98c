import GRDB
import Logging
import ServiceLifecycle

/// Looks through the whole database, soon after the start and then once a day.
struct IntegrityCheck: Service {
    let folder: DataFolder
    let health: ServerHealth
    /// Seconds between two looks.
    let interval: UInt64
    let logger: Logger

    /// Seconds after the start, so that a server that starts has the disk to itself.
    private static let firstWait: UInt64 = 60

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var wait = min(interval, Self.firstWait)
            // Never returns by itself, not even once damage is known: that would end the server with it.
            while true {
                try await Task.sleep(for: .seconds(wait))
                wait = interval
                guard health.damage == nil else { continue }
                do {
                    try await check()
                } catch is CancellationError {
                    return
                } catch {
                    if Task.isCancelled { return }
                    logger.error("cannot check the database", metadata: ["reason": "\(error)"])
                }
            }
        }
    }

    /// Looks once; what it finds goes to `health`.
    func check() async throws {
        let path = folder.databasePath
        do {
            try await DatabaseInterruption.offload {
                try DatabaseFile.naming("The database \(path)") {
                    let database = try DatabaseFile.openSource(path)
                    try database.read { try DatabaseFile.checkIntegrity($0, subject: "The database \(path)") }
                    try database.close()
                }
            }
        } catch let error as StartupError where error.exitCode == .damaged {
            health.reportDamage(error.message)
        }
    }
}
