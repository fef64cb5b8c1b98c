import Logging
import ServerKit

/// Forgets what nobody needs any more.
package struct RetentionService: Sendable {
    let storage: any DeliveryStorage
    let clock: ServerClock
    let settings: DeliverySettings
    let logger: Logger

    /// Purges now and then daily, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await purge()
            } catch {
                logger.error("cannot purge", metadata: ["reason": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

    /// Log entries go once they are in no inbox, and the time of retention has passed since everybody acknowledged
    /// them; their hashes stay with the group. Expired KeyPackages stay as long where somebody may still join by them.
    package func purge() async throws {
        let now = clock.now
        let before = now - min(now, settings.retention)
        try await storage.write { transaction in
            try transaction.deleteLogEntries(settledBefore: before)
            try transaction.deleteDeliveredWelcomes()
            try transaction.deleteKeyPackages(availableExpiredBefore: now, othersExpiredBefore: before)
            try transaction.deleteAnswers(givenBefore: before)
        }
    }
}
