/// What the client takes from the outside, so that the same code runs under a deterministic simulation: nothing in this
/// library asks for the time or for randomness in another way.
public struct ClientEnvironment: Sendable {
    /// Seconds since 1970.
    public var now: @Sendable () -> UInt64
    /// That many bytes of a cryptographic random generator.
    public var random: @Sendable (Int) -> [UInt8]

    public init(now: @escaping @Sendable () -> UInt64, random: @escaping @Sendable (Int) -> [UInt8]) {
        self.now = now
        self.random = random
    }
}
