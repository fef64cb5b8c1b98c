import Dispatch
import GRDB
import Synchronization

/// Stops long work on databases, such as a backup that is under way when the server has to end.
final class DatabaseInterruption: Sendable {
    /// The one that whatever is opened on this task or thread belongs to.
    @TaskLocal static var current: DatabaseInterruption?

    private let state = Mutex<(isInterrupted: Bool, open: [DatabaseQueue])>((false, []))

    func interrupt() {
        state.withLock { state in
            state.isInterrupted = true
            for queue in state.open { queue.interrupt() }
        }
    }

    func add(_ queue: DatabaseQueue) throws(CancellationError) {
        let isInterrupted = state.withLock { state in
            state.open.append(queue)
            return state.isInterrupted
        }
        if isInterrupted { throw CancellationError() }
    }

    /// Runs blocking work where it keeps no task waiting for a thread; interrupts it when the task is cancelled.
    static func offload<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let interruption = DatabaseInterruption()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global(qos: .utility).async {
                    continuation.resume(
                        with: Result { try DatabaseInterruption.$current.withValue(interruption) { try work() } })
                }
            }
        } onCancel: {
            interruption.interrupt()
        }
    }
}
