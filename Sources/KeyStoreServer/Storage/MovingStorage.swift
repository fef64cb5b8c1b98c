/// Where stores are kept that leave for another key store, or arrive from one.
///
/// The rules are in `MoveService` and `ImportService`, which see only these protocols. A request's effects are one
/// `write`: all of them are there after its answer, or none.
package protocol MovingStorage: Sendable {
    /// Runs `body` on one snapshot of the data; writing in it is an error.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any MovingTransaction) throws -> Value
    ) async throws -> Value

    /// Runs `body` in a transaction that excludes every other writer, and commits it durably unless `body` throws. It
    /// must have no effect outside of the transaction, since it may be run again.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any MovingTransaction) throws -> Value
    ) async throws -> Value
}

/// What can be done inside a transaction. Not `Sendable`: it lives as long as the closure that got it.
package protocol MovingTransaction: StoreStorage, CopiedObjectStorage, DepartureStorage, ArrivalStorage,
    ArrivingUserStorage
{}
