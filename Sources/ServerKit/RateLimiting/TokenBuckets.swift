import Synchronization

/// Token buckets by key: each holds up to `capacity` tokens and gets `refillPerSecond` back.
///
/// In memory only: a restart fills all of them. What is kept is bounded; where too many keys are about, the fullest
/// buckets are forgotten first, which is to say the ones that matter least.
package final class TokenBuckets<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var tokens: Double
        var updated: UInt64
    }

    private let capacity: Double
    private let refillPerSecond: Double
    private let maximumKeys: Int
    private let buckets = Mutex<[Key: Bucket]>([:])

    package init(_ rate: RateLimitSettings.Rate, maximumKeys: Int = 20_000) {
        capacity = Double(rate.burst)
        refillPerSecond = rate.perMinute / 60
        self.maximumKeys = maximumKeys
    }

    /// Takes a token, or says how many seconds it takes until there is one.
    package func take(_ key: Key, now: UInt64) -> TakeResult {
        buckets.withLock { buckets in
            var bucket = current(buckets[key], now: now)
            defer {
                if buckets.count >= maximumKeys, buckets[key] == nil { prune(&buckets, now: now) }
                buckets[key] = bucket
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
        buckets.withLock { buckets in
            guard var bucket = buckets[key] else { return }
            bucket.tokens = min(capacity, bucket.tokens + 1)
            buckets[key] = bucket
        }
    }

    private func current(_ bucket: Bucket?, now: UInt64) -> Bucket {
        guard let bucket else { return Bucket(tokens: capacity, updated: now) }
        let elapsed = now > bucket.updated ? Double(now - bucket.updated) : 0
        return Bucket(tokens: min(capacity, bucket.tokens + elapsed * refillPerSecond), updated: now)
    }

    private func prune(_ buckets: inout [Key: Bucket], now: UInt64) {
        let byLevel = buckets.map { (key: $0.key, tokens: current($0.value, now: now).tokens) }
            .sorted { $0.tokens > $1.tokens }
        for entry in byLevel.prefix(max(1, maximumKeys / 2)) { buckets[entry.key] = nil }
    }
}

/// Whether a token was there.
package enum TakeResult: Sendable, Equatable {
    case taken
    case wait(seconds: Int)
}
