import MLS
import MLSCrypto

/// What the driver's names stand for.
extension PeerSession {
    func client(_ arguments: PeerArguments) throws -> (name: String, client: PeerClient) {
        let name = try arguments.name("client")
        return (name, try client(name))
    }

    func client(_ name: String) throws(PeerError) -> PeerClient {
        guard let client = clients[name] else { throw PeerError(.absent, "there is no client \(name)") }
        return client
    }

    func keyPackage(_ arguments: PeerArguments) throws -> (name: String, keyPackage: PeerKeyPackage) {
        let name = try arguments.name("key-package")
        guard let keyPackage = keyPackages[name] else { throw PeerError(.absent, "there is no KeyPackage \(name)") }
        return (name, keyPackage)
    }

    func group(
        _ arguments: PeerArguments, _ argument: String = "group"
    ) throws(PeerError) -> (name: String, group: PeerGroup) {
        let name = try arguments.name(argument)
        guard let group = groups[name] else { throw PeerError(.absent, "there is no group \(name)") }
        return (name, group)
    }

    /// The name after `as=`, for something new.
    func newName<Value>(_ arguments: PeerArguments, in taken: [String: Value]) throws(PeerError) -> String {
        let name = try arguments.name("as")
        guard taken[name] == nil else { throw PeerError(.taken, "there is a \(name) already") }
        return name
    }

    /// Adds a group, and its epoch's resumption key to those of its client.
    mutating func add(_ group: PeerGroup, as name: String) {
        groups[name] = group
        rememberResumptionKey(of: group)
    }

    mutating func rememberResumptionKey(of group: PeerGroup) {
        guard !group.group.isRemoved else { return }
        clients[group.client]?.preSharedKeys[group.group.resumptionKeyID] = group.group.resumptionPSK
    }

    /// KeyPackages of any length of life are taken, as long as they are valid now.
    var policy: LifetimePolicy { LifetimePolicy(now: now(), maximumTotal: .max) }

    var supportedCipherSuites: [CipherSuite] {
        CipherSuiteProviders.supportedCipherSuites + (allowsExperiments ? [XWingProvider.experimentalCipherSuite] : [])
    }

    func provider(for suite: CipherSuite) throws -> any CipherSuiteProvider {
        if allowsExperiments, suite == XWingProvider.experimentalCipherSuite { return try XWingProvider() }
        return try CipherSuiteProviders.provider(for: suite)
    }
}
