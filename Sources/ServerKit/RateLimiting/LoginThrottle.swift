import CloudMLSAPI
import Synchronization

/// Slows down guessing, without handing anyone the means to lock a user out.
///
/// Guesses count per network and per name. A successful login costs a name nothing. A network from which a name has
/// logged in before has a bucket of its own for it, so that strangers who use up the name's do not keep its owner away
/// from home; and keys of another kind, such as a device's, are counted apart.
final class LoginThrottle: Sendable {
    private struct NameKey: Hashable {
        var name: String
        var kind: LoginKind
        /// Nil for all networks from which the name has not logged in before.
        var network: ClientNetwork?
    }

    private struct KnownNetwork: Hashable {
        var name: String
        var network: ClientNetwork
    }

    private let networks: TokenBuckets<ClientNetwork>
    private let names: TokenBuckets<NameKey>
    private let knownNetworks = Mutex<Set<KnownNetwork>>([])
    private let clock: ServerClock

    init(_ settings: RateLimitSettings, clock: ServerClock) {
        networks = TokenBuckets(settings.perNetwork)
        names = TokenBuckets(settings.perName)
        self.clock = clock
    }

    /// Counts a request from a network.
    func countRequest(from network: ClientNetwork) throws(APIError) {
        try Self.check(networks.take(network, now: clock.now))
    }

    /// Counts a login before its outcome is known.
    func countLogin(name: String, kind: LoginKind, from network: ClientNetwork) throws(APIError) {
        try Self.check(names.take(key(name: name, kind: kind, network: network), now: clock.now))
    }

    /// Takes back the count of a login that succeeded.
    func loginSucceeded(name: String, kind: LoginKind, from network: ClientNetwork) {
        names.giveBack(key(name: name, kind: kind, network: network))
        knownNetworks.withLock { known in
            if known.count >= 20_000 { known.removeAll() }
            known.insert(KnownNetwork(name: name, network: network))
        }
    }

    private func key(name: String, kind: LoginKind, network: ClientNetwork) -> NameKey {
        let isKnown = knownNetworks.withLock { $0.contains(KnownNetwork(name: name, network: network)) }
        return NameKey(name: name, kind: kind, network: isKnown ? network : nil)
    }

    private static func check(_ result: TakeResult) throws(APIError) {
        guard case .wait(let seconds) = result else { return }
        throw APIError(.rateLimited, "Too many tries: wait \(seconds) s.", retryAfter: seconds)
    }
}
