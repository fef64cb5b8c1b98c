/// Where the server keeps everything but users and sessions.
///
/// The rules are in `Services/` and see only these protocols; a database brings one transaction type that can read and
/// write each entity. A request's effects are one `write`: all of them are there after its answer, or none.
package protocol DeliveryStorage: Sendable {
    /// Runs `body` on one snapshot of the data; writing in it is an error.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any DeliveryTransaction) throws -> Value
    ) async throws -> Value

    /// Runs `body` in a transaction that excludes every other writer of what it reads, and commits it durably unless
    /// `body` throws. It must have no effect outside of the transaction, since a database may run it again.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any DeliveryTransaction) throws -> Value
    ) async throws -> Value
}

/// What can be done inside a transaction. Not `Sendable`: it lives as long as the closure that got it.
package protocol DeliveryTransaction: AccountStorage, IdentityStorage, KeyPackageStorage, GroupStorage,
    MembershipStorage, LogStorage, CommitStorage, InboxStorage, WelcomeStorage, ProfileStorage, AnchorStorage,
    IdempotencyStorage
{}
