import ServerKit
import Synchronization

/// Wakes those who wait for something new in an inbox of this process.
package final class InboxSignals: Sendable {
    /// A place to wait. What is signalled after it was made is not missed.
    struct Subscription: Sendable {
        fileprivate let id: UInt64
        fileprivate let user: UserID
        let wakes: AsyncStream<Void>
    }

    private struct State {
        var nextID: UInt64 = 0
        var waiting: [UserID: [UInt64: AsyncStream<Void>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    private let limit: Int

    /// - Parameter limit: how many wait for one user's inbox at the same time.
    package init(limit: Int) { self.limit = limit }

    /// To be given back to `unsubscribe`; nil where as many wait for the inbox as may.
    func subscribe(to user: UserID) -> Subscription? {
        let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id: UInt64? = state.withLock { state in
            guard state.waiting[user]?.count ?? 0 < limit else { return nil }
            state.nextID += 1
            state.waiting[user, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        return id.map { Subscription(id: $0, user: user, wakes: wakes) }
    }

    func unsubscribe(_ subscription: Subscription) {
        let continuation = state.withLock { state in
            let continuation = state.waiting[subscription.user]?.removeValue(forKey: subscription.id)
            if state.waiting[subscription.user]?.isEmpty == true { state.waiting[subscription.user] = nil }
            return continuation
        }
        continuation?.finish()
    }

    func wake(_ users: Set<UserID>) {
        let continuations = state.withLock { state in users.flatMap { state.waiting[$0]?.values.map { $0 } ?? [] } }
        for continuation in continuations { continuation.yield() }
    }

    /// How many wait for any inbox.
    package var waiting: Int { state.withLock { state in state.waiting.values.reduce(0) { $0 + $1.count } } }
}
