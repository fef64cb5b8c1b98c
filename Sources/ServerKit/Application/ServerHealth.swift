package import Logging
import Synchronization

/// Whether the database can be trusted. Once it cannot, it stays so until the server is started with another one.
package final class ServerHealth: Sendable {
    private let state = Mutex<(damage: String?, logger: Logger)>((nil, .quiet))

    package init() {}

    /// What is wrong with the database, for the log and for people who run the server; nil while nothing is known.
    package var damage: String? { state.withLock { $0.damage } }

    /// Where damage is reported, loudly.
    package func setLogger(_ logger: Logger) { state.withLock { $0.logger = logger } }

    /// Notes that the database contradicts itself. From here on nothing is written.
    package func reportDamage(_ reason: String) {
        let logger = state.withLock { state -> Logger? in
            guard state.damage == nil else { return nil }
            state.damage = reason
            return state.logger
        }
        logger?.critical(
            """
            THE DATABASE IS DAMAGED. Nothing is written any more. Stop the server, look after its disk, and restore the \
            newest good backup.
            """,
            metadata: ["reason": "\(reason)"])
    }

    /// Notes that a request failed for a reason that lies in the machine.
    package func reportFailure(_ what: String, _ error: any Error) {
        state.withLock { $0.logger }.error("\(what)", metadata: ["reason": "\(error)"])
    }
}
