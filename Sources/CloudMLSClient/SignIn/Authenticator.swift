import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// Signs a user up, in and out, and takes up the session that a device has stored.
public struct Authenticator: Sendable {
    let environment: ClientEnvironment
    let sessions: any SessionStorage
    let local: any LocalState
    let connector: any ServerConnector
    let following: any StoreFollowing
    private let keepers = SessionKeepers()

    /// - Parameter following: finds stores that have moved.
    package init(
        environment: ClientEnvironment, sessions: any SessionStorage, local: any LocalState,
        connector: any ServerConnector, following: any StoreFollowing
    ) {
        self.environment = environment
        self.sessions = sessions
        self.local = local
        self.connector = connector
        self.following = following
    }

    /// Takes up the stored session; asks no server.
    ///
    /// - Throws: `ClientError` with `notSignedIn`, `localStorage` or `formatOfAnotherVersion`.
    public func resume() async throws -> ClientContext {
        guard let session = try await sessions.loadSession() else {
            throw ClientError(.notSignedIn, "Nobody is signed in on this device.", hint: "Sign in first.")
        }
        let keeper = SessionKeeper(sessions, session: session)
        await keepers.add(keeper)
        let context = context(
            session, keeper, authDelivery: authDelivery(session, keeper), keyStore: keyStore(session, keeper),
            notices: [])
        await following.watch(context)
        return context
    }

    /// Ends the session at both servers and forgets all keys on this device, also where a server cannot be reached.
    ///
    /// - Returns: why a server could not be told; its session then ends by itself within a week.
    /// - Throws: `ClientError` with `notSignedIn` or `localStorage`.
    public func signOut() async throws -> [ClientError] {
        await keepers.endAll()
        let stored: StoredSession?
        do {
            stored = try await sessions.loadSession()
        } catch let error as ClientError where error.code == .formatOfAnotherVersion {
            // A file that nobody can read holds nothing worth keeping.
            try await sessions.removeSession()
            return [error]
        }
        guard let session = stored else {
            throw ClientError(.notSignedIn, "Nobody is signed in on this device.", hint: "There is nothing to do.")
        }
        // The keys go first: whatever happens next, this device is signed out. The tokens live on in memory.
        try await sessions.removeSession()
        return await logOut(session)
    }

    /// Logs out at both servers; a session that is over already counts as done.
    func logOut(_ session: StoredSession) async -> [ClientError] {
        let keeper = SessionKeeper(MemorySessionStorage())
        return await context(
            session, keeper, authDelivery: authDelivery(session, keeper), keyStore: keyStore(session, keeper),
            notices: []
        ).logOut()
    }

    /// Runs a sign-up or sign-in; where it fails, the sessions it has begun are ended, as far as servers can be reached.
    func ending<Result>(
        _ services: @autoclosure () -> [any AuthenticationService], isolation: isolated (any Actor)? = #isolation,
        unless work: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await work()
        } catch {
            if (error as? ClientError)?.code != .notReachable {
                for service in services() { try? await service.logout() }
            }
            throw error
        }
    }

    /// Stores what signing up or in gave, and hands out the context.
    func complete(
        _ signedIn: SignedIn, userName: UserName, authDelivery: any AuthDeliveryService,
        keyStore: any KeyStoreService, keeper: SessionKeeper
    ) async throws -> ClientContext {
        let origin = authDelivery.origin
        let session = StoredSession(signedIn, userName: userName, origin: origin)
        // The pins first: they may be there without a session, but no session without them.
        try await environment.perform(SignInStep.pinServers) {
            try await local.write(
                ServerPins.localName(user: userName, at: origin), ServerPins(signedIn).encoded)
        }
        await keepers.endAll()
        await keepers.add(keeper)
        try await environment.perform(SignInStep.saveSession) { try await keeper.begin(session) }
        let context = context(
            session, keeper, authDelivery: authDelivery, keyStore: keyStore, notices: signedIn.notices)
        await following.watch(context)
        return context
    }

    /// What the device remembers of the user's servers.
    func pins(_ userName: UserName, _ origin: Origin) async throws -> ServerPins? {
        try await ServerPins.read(user: userName, at: origin, from: local)
    }

    /// The session that a new one takes the place of.
    ///
    /// - Throws: `alreadySignedIn` where it is somebody else's.
    func replaceable(by userName: UserName, _ origin: Origin) async throws -> StoredSession? {
        guard let session = try await sessions.loadSession() else { return nil }
        guard session.userName == userName, session.authDeliveryOrigin == origin else {
            throw ClientError(
                .alreadySignedIn, "\(session.userName) is signed in on this device.",
                hint: "Sign out first, or use another client folder.")
        }
        return session
    }

    func context(
        _ session: StoredSession, _ keeper: SessionKeeper, authDelivery: any AuthDeliveryService,
        keyStore: any KeyStoreService, notices: [SignInNotice]
    ) -> ClientContext {
        ClientContext(
            session, keeper: keeper, environment: environment, authDelivery: authDelivery, keyStore: keyStore,
            local: local, notices: notices)
    }

    private func authDelivery(_ session: StoredSession, _ keeper: SessionKeeper) -> any AuthDeliveryService {
        connector.authDelivery(
            at: session.authDelivery.origin, certificatePin: session.authDelivery.certificatePin,
            tokens: session.authDelivery.tokens?.sessionTokens
        ) { try await keeper.persist(.authDelivery, $0) }
    }

    func keyStore(_ session: StoredSession, _ keeper: SessionKeeper) -> any KeyStoreService {
        connector.keyStore(
            at: session.keyStore.origin, certificatePin: session.keyStore.certificatePin,
            tokens: session.keyStore.tokens?.sessionTokens
        ) { try await keeper.persist(.keyStore, $0) }
    }
}
