import CloudMLSAPI

extension Messenger {
    private static let day: UInt64 = 86_400
    /// How long after a try that failed this process does not try again, in seconds.
    private static let pause: UInt64 = 600

    /// Publishes what is missing of the KeyPackages of all accounts, so that others can add them to groups; throws nothing
    /// away.
    ///
    /// - Returns: how many were published.
    @discardableResult
    public func maintainKeyPackages() async throws -> Int {
        try await accountService.checkPools()
        var published = 0
        for entry in try await accountService.list() {
            published += try await accountService.maintainKeyPackages(of: entry.account)
        }
        return published
    }

    /// Does the same where the last time on this device is a day ago. `sync()` does it by itself; a program that only sends
    /// calls this when it starts. Where it is not due nothing is asked of any server.
    ///
    /// - Returns: how many were published.
    /// - Throws: why they could not be; the next call tries again.
    @discardableResult
    public func renewKeyPackages() async throws -> Int {
        let now = services.environment.now()
        if let renewalTried, renewalTried <= now, now - renewalTried < Self.pause { return 0 }
        let name = services.localScope.name("key-packages-maintained")
        let last = try await services.local.read(name).flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
        if let last, last <= now, now - last < Self.day { return 0 }
        renewalTried = now
        let published = try await maintainKeyPackages()
        try await services.local.write(name, Array("\(now)".utf8))
        return published
    }
}
