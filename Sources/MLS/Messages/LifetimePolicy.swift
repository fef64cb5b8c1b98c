/// Which lifetimes of KeyPackages are acceptable (RFC 9420 §7.2, §7.3). Times are seconds since 1970.
///
/// It is applied to KeyPackages that a client publishes or adds; never to leaves that are in a tree already or arrive in
/// somebody else's commit, where RFC 9420 §7.3 leaves it open and members would disagree about the time.
public struct LifetimePolicy: Hashable, Sendable {
    /// The time that lifetimes are compared with, in seconds since 1970: this module has no clock.
    public var now: UInt64
    /// The longest acceptable `not_after - not_before`.
    public var maximumTotal: UInt64

    /// 30 days and an hour of margin for clocks that disagree, twice over.
    public static let defaultMaximumTotal: UInt64 = 2 * (30 * 86_400 + 3_600)

    /// A policy for this moment.
    ///
    /// - Parameters:
    ///   - now: in seconds since 1970.
    ///   - maximumTotal: in seconds.
    public init(now: UInt64, maximumTotal: UInt64 = Self.defaultMaximumTotal) {
        self.now = now
        self.maximumTotal = maximumTotal
    }

    /// Refuses a lifetime that does not include this moment, or is longer than `maximumTotal`.
    ///
    /// - Throws: `invalidLifetime`.
    public func check(_ lifetime: Lifetime) throws(MLSError) {
        guard lifetime.notBefore <= lifetime.notAfter, lifetime.notAfter - lifetime.notBefore <= maximumTotal else {
            throw MLSError(.invalidLifetime, "longer than the policy allows")
        }
        guard lifetime.notBefore <= now else { throw MLSError(.invalidLifetime, "not valid yet") }
        guard now <= lifetime.notAfter else { throw MLSError(.invalidLifetime, "expired") }
    }
}
