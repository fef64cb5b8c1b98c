import Synchronization

/// Runs every job of one simulation on the thread that asks for it, in the order in which they came up.
///
/// Tasks that prefer it, and the actors that they enter, run nowhere else. So exactly one of them runs at a time, the same
/// decisions give the same run, and an empty queue means that every task has ended or waits for the network.
final class SimulationExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    func runUntilQuiet() {
        while true {
            let batch = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            guard !batch.isEmpty else { return }
            for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Starts a task; it runs at the next `runUntilQuiet`.
    func start(_ work: @escaping @Sendable () async -> Void) {
        Task(executorPreference: self, operation: work)
    }

    /// Runs something that waits for nothing but other jobs.
    ///
    /// - Returns: nil if it waited for something else.
    func finish<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) -> Result<Value, any Error>? {
        let box = Guarded<Result<Value, any Error>?>(nil)
        start {
            do {
                let value = try await work()
                box.withLock { $0 = .success(value) }
            } catch {
                box.withLock { $0 = .failure(error) }
            }
        }
        runUntilQuiet()
        return box.withLock { $0 }
    }
}
