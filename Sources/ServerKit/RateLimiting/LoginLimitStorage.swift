/// What login limits remember over a restart.
protocol LoginLimitStorage: Sendable {
    func load() throws(StartupError) -> LoginLimitState<TokenBucket, UInt64>
    /// Writes changes, in one transaction; nil removes.
    func save(_ changes: LoginLimitState<TokenBucket?, UInt64?>) async throws
}

/// All that is stored, or what has changed of it.
struct LoginLimitState<Bucket: Sendable, Seen: Sendable>: Sendable {
    var networks: [LimitKey: Bucket] = [:]
    var names: [LimitKey: Bucket] = [:]
    /// Networks from which a name has logged in, and when it last did, in seconds since 1970.
    var known: [LimitKey: Seen] = [:]

    var isEmpty: Bool { networks.isEmpty && names.isEmpty && known.isEmpty }
}
