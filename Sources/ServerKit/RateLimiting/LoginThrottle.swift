import CloudMLSAPI
import KeyHierarchy
import Logging
import ServiceLifecycle

/// Slows down guessing, without handing anyone the means to lock a user out.
///
/// Guesses count per network and per name. A successful login costs a name nothing. A network from which a name has
/// logged in before has a bucket of its own for it, so that strangers who use up the name's do not keep its owner away
/// from home. Recovery and device keys cannot be guessed: for them every network has a bucket of its own, so that their
/// owner gets in from anywhere, whatever strangers do.
///
/// What it knows survives a restart: changes are stored in batches, and a crash loses those of the last seconds.
final class LoginThrottle: Sendable {
    private let networks: TokenBuckets<LimitKey>
    private let names: TokenBuckets<LimitKey>
    private let known = KnownNetworks()
    private let keys: LimitKeys
    private let storage: any LoginLimitStorage
    private let clock: ServerClock

    /// - Parameter secret: of the server; nothing is stored that can be read without it.
    init(
        _ settings: RateLimitSettings, secret: [UInt8], storage: any LoginLimitStorage, clock: ServerClock
    ) throws(StartupError) {
        networks = TokenBuckets(settings.perNetwork)
        names = TokenBuckets(settings.perName)
        keys = LimitKeys(secret: secret)
        self.storage = storage
        self.clock = clock
        let stored = try storage.load()
        networks.restore(stored.networks)
        names.restore(stored.names)
        known.restore(stored.known)
    }

    /// Counts a request from a network.
    func countRequest(from network: ClientNetwork) throws(APIError) {
        try Self.check(networks.take(keys.network(network), now: clock.now))
    }

    /// Counts a login before its outcome is known.
    func countLogin(name: String, kind: SlotKind, from network: ClientNetwork) throws(APIError) {
        try Self.check(names.take(key(name: name, kind: kind, network: network), now: clock.now))
    }

    /// Takes back the count of a login that succeeded.
    func loginSucceeded(name: String, kind: SlotKind, from network: ClientNetwork) {
        names.giveBack(key(name: name, kind: kind, network: network))
        known.insert(keys.known(name, network), now: clock.now)
    }

    /// Stores what has changed. What could not be stored is tried again the next time.
    func save() async throws {
        let now = clock.now
        let changes = LoginLimitState(
            networks: networks.drain(now: now), names: names.drain(now: now), known: known.drain())
        guard !changes.isEmpty else { return }
        do {
            try await storage.save(changes)
        } catch {
            networks.markChanged(changes.networks.keys)
            names.markChanged(changes.names.keys)
            known.markChanged(changes.known.keys)
            throw error
        }
    }

    private func key(name: String, kind: SlotKind, network: ClientNetwork) -> LimitKey {
        let isApart = kind != .password || known.contains(keys.known(name, network))
        return keys.name(name, kind, from: isApart ? network : nil)
    }

    private static func check(_ result: TakeResult) throws(APIError) {
        guard case .wait(let seconds) = result else { return }
        throw APIError(.rateLimited, "Too many tries: wait \(seconds) s.", retryAfter: seconds)
    }
}

/// Stores what login limits remember, every two seconds and when the server stops.
struct LoginLimitSaving: Service {
    let throttle: LoginThrottle
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(2))) != nil { await save() }
        }
        // In a task of its own, which is not cancelled with this one.
        await Task { await save() }.value
    }

    private func save() async {
        do {
            try await throttle.save()
        } catch {
            logger.error("cannot store login limits", metadata: ["reason": "\(error)"])
        }
    }
}
