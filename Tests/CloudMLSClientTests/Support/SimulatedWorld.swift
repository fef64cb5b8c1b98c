import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

/// Both servers in memory, and devices that sign up and in there.
struct SimulatedWorld: ServerConnector {
    let authDelivery: SimulatedServer
    let keyStore: SimulatedServer
    /// For those who move.
    let otherKeyStore: SimulatedServer
    let faults = FaultPlan()
    let authDeliveryOrigin: Origin
    let keyStoreOrigin: Origin
    let otherKeyStoreOrigin: Origin
    let environment: ClientEnvironment

    init() throws {
        authDelivery = try SimulatedServer(.authDelivery)
        keyStore = try SimulatedServer(.keyStore)
        otherKeyStore = try SimulatedServer(.keyStore)
        authDeliveryOrigin = try Origin(typed: "https://ad.example.org")
        keyStoreOrigin = try Origin(typed: "https://home.example.org:7464")
        otherKeyStoreOrigin = try Origin(typed: "https://new.example.org:7464")
        var environment = ClientEnvironment.system
        environment.now = { 1_000 }
        environment.kdfPolicy = KDFPolicy(testOnlyUnsafeFloorOf: .standard)
        environment.kdfDefault = .cheap
        self.environment = environment
    }

    func authDelivery(
        at origin: Origin, certificatePin: CertificatePin?, tokens: SessionTokens?,
        persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) -> any AuthDeliveryService {
        SimulatedAuthDelivery(
            server: authDelivery, origin: origin, token: TokenBox(tokens?.accessToken, persist: persist),
            faults: faults)
    }

    func keyStore(
        at origin: Origin, certificatePin: CertificatePin?, tokens: SessionTokens?,
        persist: @escaping @Sendable (SessionTokens?) async throws -> Void
    ) -> any KeyStoreService {
        SimulatedKeyStore(
            server: origin == otherKeyStoreOrigin ? otherKeyStore : keyStore, origin: origin,
            token: TokenBox(tokens?.accessToken, persist: persist), faults: faults)
    }

    /// A device that remembers nothing yet.
    func device(
        keys: any SessionStorage = MemorySessionStorage(), local: any LocalState = MemoryLocalState()
    ) -> Authenticator {
        Authenticator(environment: environment, sessions: keys, local: local, connector: self)
    }

    func invitation() async -> Authenticator.NewKeyStore {
        .setupCode(
            SetupCode(
                origin: keyStoreOrigin, serverID: await keyStore.serverID, token: await keyStore.invite()))
    }

    /// Alice, signed up on a device of hers.
    @discardableResult
    func signUp(
        on device: Authenticator? = nil, password: String = "correct horse",
        _ keyStore: Authenticator.NewKeyStore? = nil
    ) async throws -> ClientContext {
        let invitation: Authenticator.NewKeyStore
        if let keyStore { invitation = keyStore } else { invitation = await self.invitation() }
        return try await (device ?? self.device()).signUp(
            userName: try UserName(typed: "alice"), password: try Password(password),
            authDelivery: authDeliveryOrigin, keyStore: invitation)
    }

    /// Alice, signed in on a device of hers.
    @discardableResult
    func signIn(
        on device: Authenticator? = nil, password: String = "correct horse", keyStorePassword: String? = nil
    ) async throws -> ClientContext {
        try await (device ?? self.device()).signIn(
            userName: try UserName(typed: "alice"), password: try Password(password),
            authDelivery: authDeliveryOrigin, keyStorePassword: try keyStorePassword.map { try Password($0) })
    }
}
