package import ServerKit

/// Where a key store keeps everything but users and sessions.
///
/// The rules are in `Services/` and see only these protocols; a database brings one transaction type that can read and
/// write each entity. A request's effects are one `write`: all of them are there after its answer, or none.
package protocol KeyStoreStorage: Sendable {
    /// Reads one object on the thread that asks, for a request that is too small for the way to another one.
    func lookUp<Value>(_ body: (any ObjectLookUp) throws -> Value) throws -> Value

    /// Runs `body` on one snapshot of the data; writing in it is an error.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any KeyStoreTransaction) throws -> Value
    ) async throws -> Value

    /// Runs `body` in a transaction that excludes every other writer, and commits it durably unless `body` throws. It
    /// must have no effect outside of the transaction, since it may be run again.
    ///
    /// - Parameter completion: called once, on any thread, when what was written survives a power cut, or why nothing was.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any KeyStoreTransaction) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void)
}

extension KeyStoreStorage {
    /// Writes as the other function of this name does, for a task.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any KeyStoreTransaction) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            write(body) { continuation.resume(with: $0) }
        }
    }
}

/// What can be done inside a transaction. Not `Sendable`: it lives as long as the closure that got it.
package protocol KeyStoreTransaction: StoreStorage, ObjectStorage, KeyringStorage, CopiedObjectStorage,
    DepartureStorage,
    ArrivalStorage, ArrivingUserStorage
{
    /// The ways in, in the same transaction.
    var slots: any SlotTransaction { get }
}
