import Synchronization

/// What is left of an allowance, at a time in seconds since 1970.
package struct TokenBucket: Sendable, Equatable {
    package var tokens: Double
    package var updated: UInt64

    package init(tokens: Double, updated: UInt64) {
        self.tokens = tokens
        self.updated = updated
    }
}

/// Token buckets by key: each holds up to `capacity` tokens and gets `refillPerSecond` back.
///
/// What is kept is bounded; where too many keys are about, the fullest buckets are forgotten first, which is to say the
/// ones that matter least.
package final class TokenBuckets<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var buckets: [Key: TokenBucket] = [:]
        /// Whose buckets are not as they were last stored.
        var changed: Set<Key> = []
    }

    private let capacity: Double
    private let refillPerSecond: Double
    private let maximumKeys: Int
    private let state = Mutex(State())

    package init(_ rate: RateLimitSettings.Rate, maximumKeys: Int = 20_000) {
        capacity = Double(rate.burst)
        refillPerSecond = rate.perMinute / 60
        self.maximumKeys = maximumKeys
    }

    /// Takes a token, or says how many seconds it takes until there is one.
    package func take(_ key: Key, now: UInt64) -> TakeResult {
        state.withLock { state in
            var bucket = current(state.buckets[key], now: now)
            defer {
                if state.buckets.count >= maximumKeys, state.buckets[key] == nil { prune(&state, now: now) }
                state.buckets[key] = bucket
                state.changed.insert(key)
            }
            if bucket.tokens >= 1 {
                bucket.tokens -= 1
                return .taken
            }
            let seconds = refillPerSecond > 0 ? (1 - bucket.tokens) / refillPerSecond : 3_600
            return .wait(seconds: max(1, Int(min(seconds.rounded(.up), 3_600))))
        }
    }

    /// Puts a token back.
    package func giveBack(_ key: Key) {
        state.withLock { state in
            guard var bucket = state.buckets[key] else { return }
            bucket.tokens = min(capacity, bucket.tokens + 1)
            state.buckets[key] = bucket
            state.changed.insert(key)
        }
    }

    /// Takes up what was stored. Numbers that no bucket of these can have become the nearest that one can.
    package func restore(_ stored: [Key: TokenBucket]) {
        state.withLock { state in
            for (key, bucket) in stored.prefix(maximumKeys) {
                let tokens = bucket.tokens.isFinite ? min(max(bucket.tokens, 0), capacity) : 0
                state.buckets[key] = TokenBucket(tokens: tokens, updated: bucket.updated)
            }
        }
    }

    /// What has changed since the last call; nil for buckets that are full or forgotten, which is the same.
    package func drain(now: UInt64) -> [Key: TokenBucket?] {
        state.withLock { state in
            var changes: [Key: TokenBucket?] = [:]
            for key in state.changed {
                let bucket = state.buckets[key].map { current($0, now: now) }
                if let bucket, bucket.tokens < capacity {
                    changes.updateValue(bucket, forKey: key)
                } else {
                    state.buckets[key] = nil
                    changes.updateValue(nil, forKey: key)
                }
            }
            state.changed = []
            return changes
        }
    }

    /// Puts back what could not be stored.
    package func markChanged(_ keys: some Sequence<Key>) { state.withLock { $0.changed.formUnion(keys) } }

    /// A clock that went back gives nothing, and takes nothing away: it counts on from where it is now.
    private func current(_ bucket: TokenBucket?, now: UInt64) -> TokenBucket {
        guard let bucket else { return TokenBucket(tokens: capacity, updated: now) }
        let elapsed = now > bucket.updated ? Double(now - bucket.updated) : 0
        return TokenBucket(tokens: min(capacity, bucket.tokens + elapsed * refillPerSecond), updated: now)
    }

    private func prune(_ state: inout State, now: UInt64) {
        let byLevel = state.buckets.map { (key: $0.key, tokens: current($0.value, now: now).tokens) }
            .sorted { $0.tokens > $1.tokens }
        for entry in byLevel.prefix(max(1, maximumKeys / 2)) {
            state.buckets[entry.key] = nil
            state.changed.insert(entry.key)
        }
    }
}

/// Whether a token was there.
package enum TakeResult: Sendable, Equatable {
    case taken
    case wait(seconds: Int)
}
