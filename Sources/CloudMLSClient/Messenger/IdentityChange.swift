public import CloudMLSAPI

/// An account that shows another identity key than it did first.
public struct IdentityChange: Sendable, Hashable {
    public var account: AccountAddress
    /// The newest key that was seen.
    public var key: [UInt8]
    /// Seconds since 1970 when it was seen first.
    public var seen: UInt64

    public init(account: AccountAddress, key: [UInt8], seen: UInt64) {
        self.account = account
        self.key = key
        self.seen = seen
    }
}
