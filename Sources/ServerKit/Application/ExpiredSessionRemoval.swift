import Logging
import ServiceLifecycle

/// Forgets expired sessions, once an hour.
struct ExpiredSessionRemoval: Service {
    let storage: any SessionStorage
    let clock: ServerClock
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await storage.removeExpiredSessions(now: clock.now)
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("cannot remove expired sessions", metadata: ["reason": "\(error)"])
                }
                try await Task.sleep(for: .seconds(3_600))
            }
        }
    }
}
