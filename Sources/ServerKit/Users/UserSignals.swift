import Synchronization

/// Tells those who listen, in this process, that something of a user's was written. Services signal after the commit.
package final class UserSignals: Sendable {
    /// A place to listen. What is signalled after it was made is not missed; it goes when nobody holds it any more.
    package final class Subscription: Sendable {
        /// Something to look at; several signals may be one.
        package let wakes: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation
        private let hasChange = Mutex(false)
        private let signals: UserSignals
        fileprivate let user: UserID

        fileprivate init(_ signals: UserSignals, _ user: UserID) {
            self.signals = signals
            self.user = user
            (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        }

        deinit { signals.remove(ObjectIdentifier(self), of: user) }

        /// Wakes whoever listens although nothing was signalled.
        package func wake() { continuation.yield() }

        /// Ends `wakes`.
        package func finish() { continuation.finish() }

        /// Whether something was signalled since this was asked last.
        package func takeChange() -> Bool {
            hasChange.withLock { hasChange in
                defer { hasChange = false }
                return hasChange
            }
        }

        fileprivate func signal() {
            hasChange.withLock { $0 = true }
            continuation.yield()
        }
    }

    private struct Listener {
        weak var subscription: Subscription?
    }

    private let listeners = Mutex<[UserID: [ObjectIdentifier: Listener]]>([:])
    private let limit: Int

    /// - Parameter limit: how many listen to one user's signals at the same time.
    package init(limit: Int) { self.limit = limit }

    /// Nil where as many listen as may.
    package func subscribe(to user: UserID) -> Subscription? {
        let subscription = Subscription(self, user)
        let isAdded = listeners.withLock { listeners in
            guard listeners[user]?.count ?? 0 < limit else { return false }
            listeners[user, default: [:]][ObjectIdentifier(subscription)] = Listener(subscription: subscription)
            return true
        }
        return isAdded ? subscription : nil
    }

    package func signal(_ user: UserID) {
        let subscriptions = listeners.withLock { $0[user]?.values.compactMap(\.subscription) ?? [] }
        for subscription in subscriptions { subscription.signal() }
    }

    /// How many listen to anything.
    package var count: Int { listeners.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    private func remove(_ id: ObjectIdentifier, of user: UserID) {
        listeners.withLock { listeners in
            listeners[user]?[id] = nil
            if listeners[user]?.isEmpty == true { listeners[user] = nil }
        }
    }
}
