import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What Ctrl-C does to a command that takes long.
package enum Interruption {
    /// Ctrl-C ended the work.
    package struct Interrupted: Error {}

    /// Lets the work stop between two steps, so that the command can say what happens next.
    ///
    /// - Throws: `Interrupted` where Ctrl-C ended the work, else what the work throws. A second Ctrl-C ends the process.
    package static func stopping<Result: Sendable>(
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

    /// From here on Ctrl-C and SIGTERM say so, and end the program in this way: with 130, as a shell counts it.
    package static func ending(_ end: @escaping @Sendable () -> Never) {
        for number in [SIGINT, SIGTERM] {
            #if canImport(Darwin)
                signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Terminal.complain("interrupted")
                end()
            }
            source.activate()
            sources.withLock { $0.append(HeldSource(source: source)) }
        }
    }

    /// Held, since a source that nobody holds stops listening.
    private static let sources = Mutex<[HeldSource]>([])

    /// Nobody uses the source again, so that it does not matter which thread holds it.
    private struct HeldSource: @unchecked Sendable {
        let source: any DispatchSourceSignal
    }
}
