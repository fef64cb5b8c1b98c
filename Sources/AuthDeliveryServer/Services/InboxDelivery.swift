import ServerKit

/// What goes into which inboxes at the end of a transaction.
struct InboxDelivery {
    private var pointers: [UserID: [InboxPointer]] = [:]
    private let limit: Int

    /// - Parameter limit: the entries of an inbox beyond which it overflows.
    init(limit: Int) { self.limit = limit }

    /// A user with several accounts in a group gets one pointer to a log entry.
    mutating func add(_ pointer: InboxPointer, for user: UserID) {
        guard pointers[user]?.contains(pointer) != true else { return }
        pointers[user, default: []].append(pointer)
    }

    /// Appends to the inboxes in ascending order of users, so that two transactions never wait for each other in a
    /// database that locks row by row.
    ///
    /// - Returns: the users.
    func deliver(in transaction: any DeliveryTransaction) throws -> Set<UserID> {
        for (user, pointers) in pointers.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for pointer in pointers { try append(pointer, to: user, in: transaction) }
        }
        return Set(pointers.keys)
    }

    /// An inbox never refuses. Beyond its limit all pointers into logs become one gap, since the logs themselves can
    /// still be read; Welcomes stay, since they are nowhere else, unless they alone fill half of it.
    private func append(_ pointer: InboxPointer, to user: UserID, in transaction: any DeliveryTransaction) throws {
        guard try transaction.appendToInbox(of: user, pointer) > limit else { return }
        if try transaction.dropLogPointers(of: user) > limit / 2 { try transaction.dropInbox(of: user) }
        _ = try transaction.appendToInbox(of: user, .gap)
    }
}
