extension GroupActor {
    /// Runs one operation at a time, in the order of arrival. An actor alone does not do that: it lets others in wherever
    /// an operation waits.
    ///
    /// - Throws: `CancellationError` where the task is cancelled while it waits; whoever waits behind it moves up.
    package func exclusively<Result: Sendable>(_ operation: () async throws -> Result) async throws -> Result {
        try await takeTurn()
        defer { passTurn() }
        do {
            return try await operation()
        } catch {
            if let error = error as? Unkeepable { throw error.error }
            throw error is CancellationError ? error : ClientError(wrapping: error)
        }
    }

    /// How many wait for their turn.
    package var waitingCount: Int { turns.waiting.count }

    private func takeTurn() async throws {
        guard turns.isTaken else {
            turns.isTaken = true
            return
        }
        turns.count += 1
        let number = turns.count
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                turns.waiting.append(TurnQueue.Waiter(number: number, continuation: continuation))
            }
        } onCancel: {
            Task { await letGo(number) }
        }
    }

    /// The turn goes over to who has waited longest: nobody who arrives in between can take it.
    private func passTurn() {
        guard !turns.waiting.isEmpty else {
            turns.isTaken = false
            return
        }
        turns.waiting.removeFirst().continuation.resume()
    }

    private func letGo(_ number: UInt64) {
        guard let index = turns.waiting.firstIndex(where: { $0.number == number }) else { return }
        turns.waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }
}
