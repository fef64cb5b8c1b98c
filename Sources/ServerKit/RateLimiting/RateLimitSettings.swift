/// How many tries are allowed.
package struct RateLimitSettings: Sendable {
    /// `burst` at once, then `perMinute`.
    package struct Rate: Sendable {
        package var burst: Int
        package var perMinute: Double

        package init(burst: Int, perMinute: Double) {
            self.burst = burst
            self.perMinute = perMinute
        }
    }

    /// Pre-logins, logins, refreshes and registrations from one network.
    package var perNetwork: Rate
    /// Failed logins for one user name and kind of key, whether or not there is such a user.
    package var perName: Rate

    package init(
        perNetwork: Rate = Rate(burst: 300, perMinute: 300), perName: Rate = Rate(burst: 10, perMinute: 6)
    ) {
        self.perNetwork = perNetwork
        self.perName = perName
    }
}
