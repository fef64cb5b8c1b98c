import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// Takes a signed-in device's session to where its store has moved, without a password: the profile leads there, or, where
/// that is not written yet, what the store left behind. In the latter case it also does what the moving device did not
/// come to.
///
/// It does not hold the key store's service, which holds it.
struct StoreFollower: Sendable {
    let session: StoredSession
    let keeper: SessionKeeper
    let environment: ClientEnvironment
    let authDelivery: any AuthDeliveryService
    let local: any LocalState
    let connector: any ServerConnector

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
        let owner = try await owner()
        let left = await current().keyStore.serverID
        let stored = try await environment.step(FollowStep.readProfile) { try await authDelivery.profile() }
        guard let stored else { return nil }
        let profile = try owner.open(stored)
        guard profile.serverID == left else { return try await enter(profile, owner) }
        switch reason.code {
        case .refused(.storeMoved):
            let (info, status) = try await environment.step(FollowStep.readMove) {
                (try await source.serverInfo(), try await source.moveStatus())
            }
            guard status.state == .moved else { return nil }
            let moved = try MovedStore(
                status, by: info, from: profile, with: owner.keyring.profileKey, environment)
            return try await finish(moved, owner)
        case .signedOut:
            // It does not know the session, and nothing says that it could be followed elsewhere.
            return nil
        default:
            return try await elsewhere(profile)
        }
    }

    /// The profile leads to another key store: all is done but on this device.
    private func enter(_ profile: Profile, _ owner: StoreOwner) async throws -> any KeyStoreService {
        let sealer = AnchorSealer(profileKey: owner.keyring.profileKey)
        let name = sealer.name(moveOf: owner.storeID)
        let stored = try await environment.step(FollowStep.readMoveAnchor) {
            try await authDelivery.anchor(name.bytes)
        }
        let anchor = try StoreChecks.open(stored, move: name, with: sealer)
        // It has moved once more than this device has followed.
        guard anchor.moveCounter == profile.moveCounter else { throw Self.tooLate(profile) }
        let tokens = DestinationTokens()
        let service = try await connect(profile, anchor.moveID, owner, tokens)
        try await settle(profile, at: service, tokens)
        return service
    }

    /// The old key store alone says where the store is: the device that moved it did not come to the end.
    private func finish(_ moved: MovedStore, _ owner: StoreOwner) async throws -> any KeyStoreService {
        let tokens = DestinationTokens()
        let service = try await connect(moved.profile, moved.moveID, owner, tokens)
        let status = try await environment.step(FollowStep.readImport) { try await service.importStatus() }
        if status.state == .receiving { try await moved.open(at: service) }
        let contents = try await environment.step(FollowStep.readDestination) {
            try await Authenticator.contents(of: service)
        }
        let completion = try MoveCompletion(
            moved.profile, moveID: moved.moveID, contents, dataKey: owner.dataKey, profileID: owner.profileID,
            keyring: owner.keyring)
        try await completion.run(at: authDelivery, environment)
        try await settle(moved.profile, at: service, tokens)
        return service
    }

    /// The key store that a profile leads to, with a session there.
    private func connect(
        _ profile: Profile, _ moveID: MoveID, _ owner: StoreOwner, _ tokens: DestinationTokens
    ) async throws -> any KeyStoreService {
        let service = try await environment.step(FollowStep.connect) {
            try await connector.reachableKeyStore(
                of: profile, tokens: nil, allowingPlaintext: environment.allowsPlaintext
            ) { try await tokens.persist($0) }
        }
        let isIn = try await environment.step(FollowStep.follow) {
            try await service.follow(
                moveID, as: profile.userName, of: profile.serverID, owner.dataKey, environment)
        }
        guard isIn else { throw Self.tooLate(profile) }
        return service
    }

    /// The key store that the device knows, at another of its addresses, with the session that is there: at home and away
    /// it may have two. The certificate is checked as ever.
    private func elsewhere(_ profile: Profile) async throws -> (any KeyStoreService)? {
        let here = await current().keyStore
        let known = here.tokens?.sessionTokens
        let tokens = DestinationTokens()
        let service = try await environment.step(FollowStep.reach) {
            // Why the first did not answer is said if none does.
            try? await connector.reachableKeyStore(
                of: profile, besides: here.origin, tokens: known, allowingPlaintext: environment.allowsPlaintext
            ) { try await tokens.persist($0) }
        }
        guard let service else { return nil }
        try await tokens.persist(known)
        var server = await current().keyStore
        server.origin = service.origin
        try await tokens.hand(to: keeper, as: server)
        await watch(service)
        return service
    }

    /// Remembers on this device that the store has moved, and watches it at its new place.
    func settle(_ profile: Profile, at service: any KeyStoreService, _ tokens: DestinationTokens) async throws {
        let left = await current().keyStore
        try await environment.perform(FollowStep.rememberLeft) {
            try await local.write(
                LeftKeyStore.localName(user: session.userName, at: session.authDeliveryOrigin),
                LeftKeyStore(
                    origin: left.origin, serverID: left.serverID, certificatePin: left.certificatePin,
                    userName: left.userName
                ).encoded)
        }
        // The pins first, as at a sign-in: a session without them would believe an old profile.
        if var pins = try await pins() {
            pins.moveCounter = max(pins.moveCounter, profile.moveCounter)
            try await environment.perform(FollowStep.pinMove) { [pins] in
                try await local.write(
                    ServerPins.localName(user: session.userName, at: session.authDeliveryOrigin), pins.encoded)
            }
        }
        let server = StoredSession.Server(
            origin: service.origin, serverID: profile.serverID, certificatePin: profile.certificatePin,
            userName: profile.userName, tokens: nil)
        try await environment.perform(FollowStep.saveSession) { try await tokens.hand(to: keeper, as: server) }
        await watch(service)
    }

    func owner() async throws -> StoreOwner {
        let session = await current()
        return StoreOwner(
            storeID: session.storeID, profileID: session.profileID, dataKey: session.dataKey,
            keyring: session.keyring, pins: try await pins())
    }

    private func pins() async throws -> ServerPins? {
        try await ServerPins.read(user: session.userName, at: session.authDeliveryOrigin, from: local)
    }

    private static func tooLate(_ profile: Profile) -> ClientError {
        ClientError(
            .signedOut, "Your data has moved to the key store at \(profile.origins.first.map { "\($0)" } ?? "?").",
            hint: "Sign in again with your password: that leads there.")
    }
}

/// What a device does that follows its store; the last three also where it has moved the store itself.
enum FollowStep: String, OperationStep {
    case readProfile
    case readMoveAnchor
    /// At the key store that was left.
    case readMove
    /// Finds the new key store.
    case connect
    /// Finds the one that the device knows, at another address.
    case reach
    case follow
    case readImport
    case open
    case readDestination
    case rememberLeft
    case pinMove
    case saveSession
}
