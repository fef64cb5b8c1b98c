import Synchronization

/// The networks from which names have logged in, and when they last did. Bounded: those not seen for longest go first.
final class KnownNetworks: Sendable {
    private struct State {
        var seen: [LimitKey: UInt64] = [:]
        var changed: Set<LimitKey> = []
    }

    private let maximumCount: Int
    private let state = Mutex(State())

    init(maximumCount: Int = 20_000) { self.maximumCount = maximumCount }

    func contains(_ key: LimitKey) -> Bool { state.withLock { $0.seen[key] != nil } }

    func insert(_ key: LimitKey, now: UInt64) {
        state.withLock { state in
            // To the day is enough, and saves writes.
            if let seen = state.seen[key], seen <= now, now - seen < 86_400 { return }
            state.seen[key] = now
            state.changed.insert(key)
            guard state.seen.count > maximumCount else { return }
            for entry in state.seen.sorted(by: { $0.value < $1.value }).prefix(maximumCount / 2) {
                state.seen[entry.key] = nil
                state.changed.insert(entry.key)
            }
        }
    }

    /// Takes up what was stored.
    func restore(_ stored: [LimitKey: UInt64]) { state.withLock { $0.seen = stored } }

    /// What has changed since the last call; nil for what was forgotten.
    func drain() -> [LimitKey: UInt64?] {
        state.withLock { state in
            defer { state.changed = [] }
            return Dictionary(state.changed.map { ($0, state.seen[$0]) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Puts back what could not be stored.
    func markChanged(_ keys: some Sequence<LimitKey>) { state.withLock { $0.changed.formUnion(keys) } }
}
