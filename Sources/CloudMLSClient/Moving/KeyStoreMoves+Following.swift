import CloudMLSAPI
import KeyHierarchy
import MLSCodec

extension KeyStoreMoves {
    /// Lets the requests of a signed-in device follow its store to another key store.
    func watch() async { await follower.watch(context.keyStore) }

    /// As `watch` does it; where nothing was requested yet.
    package func follow(after reason: ClientError) async throws -> (any KeyStoreService)? {
        try await follower.follow(from: context.keyStore, after: reason)
    }

    var follower: StoreFollower {
        StoreFollower(
            session: context.session, keeper: context.keeper, environment: context.environment,
            authDelivery: context.authDelivery, local: context.local, connector: connector,
            leftName: context.localName(LeftKeyStore.localName))
    }
}

/// Takes a signed-in device's session to where its store has moved. It does not hold the key store's service, which holds
/// it.
struct StoreFollower: Sendable {
    let session: StoredSession
    let keeper: SessionKeeper
    let environment: ClientEnvironment
    let authDelivery: any AuthDeliveryService
    let local: any LocalState
    let connector: any ServerConnector
    /// Where the device remembers what was left.
    let leftName: String

    /// Lets the requests to a key store follow the store from there, and from wherever it is found then.
    func watch(_ service: any KeyStoreService) async {
        await service.whenMoved { [self] service, reason in
            do {
                return try await follow(from: service, after: reason)
            } catch let error as ClientError where error.code == .signedOut {
                throw error
            } catch is ClientError {
                // Why the request failed says more than why nothing better was found.
                return nil
            }
        }
    }

    /// The session as it is now: another place of the store, newer keys.
    private func current() async -> StoredSession { await keeper.stored ?? session }

    /// Finds the key store that the user's store has moved to, and takes the session there.
    ///
    /// - Parameters:
    ///   - source: the one that the device knows.
    ///   - reason: why that one does not answer.
    /// - Returns: nil where the store has not moved.
    func follow(
        from source: any KeyStoreService, after reason: ClientError
    ) async throws -> (any KeyStoreService)? {
        let tokens = DestinationTokens()
        var found: (any KeyStoreService)?
        func destination() throws -> any KeyStoreService {
            guard let found else { throw ClientError.unexpectedEvent }
            return found
        }
        let machine = StoreFollow(
            owner: try await owner(), left: await current().keyStore.serverID,
            reason: StoreFollow.Reason(reason.code), environment: environment)
        let output = try await environment.run(machine) { action in
            switch action {
            case .readProfile:
                return .profile(try await authDelivery.profile())
            case .readMoveAnchor(let name):
                return .moveAnchor(try await authDelivery.anchor(name.bytes))
            case .readMove:
                let info = try await source.serverInfo()
                return .move(try await source.moveStatus(), info)
            case .connect(let profile):
                let service = try await reachable(profile, tokens)
                found = service
                return .connected(service.origin)
            case .reach(let profile):
                found = await elsewhere(profile, tokens)
                return .reached(found?.origin)
            case .follow(let request):
                return try await Self.following { _ = try await destination().follow(request) }
                    ? .followed : .notFollowed
            case .readImport:
                return .imported(try await destination().importStatus())
            case .open(let opening):
                return .imported(try await destination().openImport(opening))
            case .readDestination:
                return .destination(try await Authenticator.contents(of: try destination()))
            case .complete(let action):
                return .completion(try await Self.perform(action, authDelivery))
            }
        }
        guard let output else { return nil }
        let arrived = try destination()
        if output.isSameServer {
            var server = await current().keyStore
            server.origin = arrived.origin
            try await tokens.hand(to: keeper, as: server)
            await watch(arrived)
        } else {
            try await settle(output.profile, at: arrived, tokens)
        }
        return arrived
    }

    /// The key store that the device knows, at another of its addresses, with the session that is there: at home and away
    /// it may have two. The certificate is checked as ever.
    private func elsewhere(_ profile: Profile, _ tokens: DestinationTokens) async -> (any KeyStoreService)? {
        let here = await current().keyStore
        for origin in profile.origins where origin != here.origin {
            let known = here.tokens?.sessionTokens
            let service = connector.keyStore(at: origin, certificatePin: profile.certificatePin, tokens: known) {
                try await tokens.persist($0)
            }
            do {
                try origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
                guard try await service.serverInfo().serverID.array == profile.serverID.bytes else { continue }
                try await tokens.persist(known)
                return service
            } catch {
                // The next one may be better; why the first did not answer is said if none is.
            }
        }
        return nil
    }

    /// Remembers on this device that the store has moved, and watches it at its new place.
    func settle(_ profile: Profile, at service: any KeyStoreService, _ tokens: DestinationTokens) async throws {
        let left = await current().keyStore
        try await local.write(
            leftName,
            LeftKeyStore(
                origin: left.origin, serverID: left.serverID, certificatePin: left.certificatePin,
                userName: left.userName
            ).encoded)
        // The pins first, as at a sign-in: a session without them would believe an old profile.
        if var pins = try await pins() {
            pins.moveCounter = max(pins.moveCounter, profile.moveCounter)
            try await local.write(
                ServerPins.localName(user: session.userName, at: session.authDeliveryOrigin), pins.encoded)
        }
        let server = StoredSession.Server(
            origin: service.origin, serverID: profile.serverID, certificatePin: profile.certificatePin,
            userName: profile.userName, tokens: nil)
        try await tokens.hand(to: keeper, as: server)
        await watch(service)
    }

    func owner() async throws -> StoreMove.Owner {
        let session = await current()
        return StoreMove.Owner(
            storeID: session.storeID, profileID: session.profileID, dataKey: session.dataKey,
            keyring: session.keyring, pins: try await pins())
    }

    private func pins() async throws -> ServerPins? {
        try await ServerPins.read(user: session.userName, at: session.authDeliveryOrigin, from: local)
    }

    /// - Returns: false where the key store does not take the token.
    static func following(_ follow: () async throws -> Void) async throws -> Bool {
        do {
            try await follow()
            return true
        } catch let error as ClientError where error.code == .refused(.wrongCredentials) {
            return false
        }
    }

    /// A step of what the auth-delivery server has to know.
    static func perform(
        _ action: MoveCompletion.Action, _ authDelivery: any AuthDeliveryService
    ) async throws -> MoveCompletion.Event {
        do {
            switch action {
            case .readProfile:
                return .profile(try await authDelivery.profile())
            case .readAnchor(let name):
                return .anchor(try await authDelivery.anchor(name.bytes))
            case .writeAnchor(let name, let revision, let anchor):
                _ = try await authDelivery.writeAnchor(name.bytes, ifRevision: revision, anchor)
            case .writeProfile(let revision, let profile):
                _ = try await authDelivery.writeProfile(ifRevision: revision, profile)
            }
            return .written
        } catch let error as ClientError where error.code == .refused(.revisionConflict) {
            return .conflict
        }
    }

    /// The first of the profile's origins at which its server answers.
    private func reachable(_ profile: Profile, _ tokens: DestinationTokens) async throws -> any KeyStoreService {
        var problem: ClientError?
        for origin in profile.origins {
            let service = connector.keyStore(at: origin, certificatePin: profile.certificatePin, tokens: nil) {
                try await tokens.persist($0)
            }
            do {
                try origin.requireEncryption(allowingPlaintext: environment.allowsPlaintext)
                if try await service.serverInfo().serverID.array == profile.serverID.bytes { return service }
            } catch let error as ClientError {
                problem = problem ?? error
            }
        }
        throw problem ?? ClientError(.notReachable, "The new key store does not answer.")
    }
}

extension StoreFollow.Reason {
    fileprivate init(_ code: ClientError.Code) {
        self =
            switch code {
            case .refused(.storeMoved): .moved
            case .signedOut: .ended
            default: .away
            }
    }
}
