import Synchronization

extension CipherSuiteProvider {
    /// One after the other, which is what a provider does that says nothing else.
    public func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) {
        for index in 0..<count { body(index) }
    }

    /// Transforms items that have nothing to do with each other, in whatever order the provider likes. Once one has failed,
    /// none behind it is begun.
    ///
    /// - Throws: what `transform` threw for the first item it failed for, in the items' order.
    func parallelMap<Item: Sendable, Output: Sendable>(
        _ items: [Item], _ transform: @Sendable (Item) throws -> Output
    ) throws -> [Output] {
        let results = UnsafeMutableBufferPointer<Result<Output, any Error>?>.allocate(capacity: items.count)
        results.initialize(repeating: nil)
        defer {
            results.deinitialize()
            results.deallocate()
        }
        // Each slot is written by one call alone, and read when all calls are over.
        nonisolated(unsafe) let slots = results
        let firstFailure = Atomic(Int.max)
        concurrently(items.count) { index in
            guard items.indices.contains(index), index < firstFailure.load(ordering: .relaxed) else { return }
            let result = Result { try transform(items[index]) }
            slots[index] = result
            if case .failure = result { firstFailure.min(index, ordering: .relaxed) }
        }
        return try slots.map { result in
            guard let result else { throw CryptoError(.internalFailure, "work that was not done") }
            return try result.get()
        }
    }
}
