import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Ctrl-C for commands that take long: the work stops between two steps, so that the command can say what happens next.
enum Interruption {
    struct Interrupted: Error {}

    /// - Throws: `Interrupted` where Ctrl-C ended the work, else what the work throws. A second Ctrl-C ends the process.
    static func stopping<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let wasInterrupted = Mutex(false)
        let task = Task { try await work() }
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            signal(SIGINT, SIG_DFL)
            wasInterrupted.withLock { $0 = true }
            task.cancel()
        }
        source.resume()
        defer {
            source.cancel()
            signal(SIGINT, SIG_DFL)
        }
        do {
            return try await task.value
        } catch  where wasInterrupted.withLock({ $0 }) {
            // A request that was under way fails in one way or another.
            throw Interrupted()
        }
    }
}
