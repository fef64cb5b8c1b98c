import CloudMLSAPI
public import KeyHierarchy
import MLSCodec

/// Moves of a signed-in user's store from one key store to another (DESIGN §7).
public struct KeyStoreMoves: Sendable {
    let context: ClientContext
    let connector: any ServerConnector

    public init(_ context: ClientContext) {
        self.init(context, connector: NetworkConnector(now: context.environment.now))
    }

    package init(_ context: ClientContext, connector: any ServerConnector) {
        self.context = context
        self.connector = connector
    }

    /// Moves the user's store to another key store.
    ///
    /// Killed at any point, it can be run again with the same code and goes on where it stopped; until the old key store
    /// has committed it, `cancel` takes it back.
    /// - Parameters:
    ///   - code: from whoever runs the new key store.
    ///   - userName: there; nil takes the one that the user has at the old one.
    ///   - password: asked for where the account at the new key store has to be made: its login key is another one at each
    ///     server.
    ///   - progress: called while objects are copied.
    /// - Returns: false where the store is at that key store already.
    /// - Throws: `ClientError`; among others `wrongPassword`, `nameTaken`, `invalidSetupCode`, `notReachable`.
    public func move(
        to code: SetupCode, userName: UserName? = nil,
        password: @escaping @Sendable () async throws -> Password,
        progress: @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> Bool {
        try code.origin.requireEncryption(allowingPlaintext: context.environment.allowsPlaintext)
        let hasher = LazyPasswordHasher(policy: context.environment.kdfPolicy, password: password)
        for _ in 0..<5 {
            do {
                if let isMoved = try await moveOnce(to: code, userName, hasher, progress) { return isMoved }
            } catch let error as ClientError where Self.mayBeOfAnotherDevice(error) {
                // What it found did not fit any more, if another device has finished the same move meanwhile.
                guard try await currentProfile(follower.owner()).serverID == code.serverID else { throw error }
            }
        }
        throw ClientError(.busy, "Other devices of yours keep changing the keys.", hint: "Try again in a moment.")
    }

    /// Whether an error may come of what another device, which has moved the store to the same place, did meanwhile.
    static func mayBeOfAnotherDevice(_ error: ClientError) -> Bool {
        switch error.code {
        case .refused(.storeMoved), .refused(.moveConflict), .refused(.registrationRefused), .malformedAnswer,
            .invalidSetupCode, .signedOut, .notAuthentic, .rolledBack:
            // The last two where that device has replaced the keys at the new place besides.
            true
        default: false
        }
    }

    /// - Returns: nil where the keys changed meanwhile, and nothing else did.
    private func moveOnce(
        to code: SetupCode, _ userName: UserName?, _ hasher: LazyPasswordHasher,
        _ progress: @Sendable (MoveProgress) -> Void
    ) async throws -> Bool? {
        try await meetStore(on: code.serverID)
        let tokens = DestinationTokens()
        let destination = connector.keyStore(at: code.origin, certificatePin: code.certificatePin, tokens: nil) {
            try await tokens.persist($0)
        }
        let session = await context.keeper.stored ?? context.session
        let machine = StoreMove(
            to: StoreMove.Destination(
                code, userName: userName ?? session.keyStore.userName),
            owner: try await follower.owner(), environment: context.environment)
        var total: UInt64 = 0
        let output = try await context.environment.run(machine) { action in
            let event = try await Self.perform(
                action, source: context.keyStore, destination: destination, context.authDelivery, hasher)
            switch event {
            case .move(let status):
                total = status.objects
            case .imported(let status) where status.state == .receiving:
                progress(MoveProgress(copied: status.objects, total: total, bytes: status.bytes))
            default:
                break
            }
            return event
        }
        switch output {
        case .moved(let arrival):
            try await follower.settle(arrival.profile, at: destination, tokens)
            await context.keyStore.hasMoved(to: destination)
            return true
        case .alreadyThere:
            // Another device moved it, or this one was ended before it could remember.
            if session.keyStore.serverID != code.serverID {
                _ = try await follow(after: ClientError(.notReachable, "The store has moved."))
            }
            return false
        case .keysChanged:
            return nil
        }
    }

    /// Finds where the store is, which another device may have moved, and its newest keys; but a move to the destination
    /// of this one is to be finished from where it began.
    private func meetStore(on destination: ServerID) async throws {
        do {
            let status = try await context.keyStore.moveStatus()
            guard status.state != .moved || status.destination?.array != destination.bytes else { return }
            _ = try await newestSession()
        } catch let error as ClientError where [.notReachable, .signedOut].contains(error.code) {
            // Follows, or fails for the same reason.
            _ = try await newestSession()
        }
    }

    /// The session with the newest keys of the store.
    func newestSession() async throws -> StoredSession {
        _ = try await context.keys.read()
        return await context.keeper.stored ?? context.session
    }

    /// Takes back a move that the old key store has not committed.
    ///
    /// - Throws: `refused(.storeMoved)` once it has; `invalidArgument` where no move is under way.
    public func cancel() async throws {
        guard try await context.keyStore.moveStatus().state != .active else {
            throw ClientError(
                .invalidArgument, "No move is under way.", hint: "There is nothing to take back.")
        }
        _ = try await context.keyStore.cancelMove()
    }

    /// One step of a move.
    package static func perform(
        _ action: StoreMove.Action, source: any KeyStoreService, destination: any KeyStoreService,
        _ authDelivery: any AuthDeliveryService, _ hasher: LazyPasswordHasher
    ) async throws -> StoreMove.Event {
        switch action {
        case .readProfile:
            .profile(try await authDelivery.profile())
        case .meetServers:
            .servers(source: try await source.serverInfo(), destination: try await destination.serverInfo())
        case .readMove:
            .move(try await source.moveStatus())
        case .beginMove(let request):
            .move(try await source.beginMove(request))
        case .cancelMove:
            .move(try await source.cancelMove())
        case .readSource:
            .source(slots: try await source.slots(), keyring: try await source.keyring())
        case .deriveKey(let kdf):
            .passwordKey(try await hasher.key(kdf))
        case .registerImport(let registration):
            try await registering { try await destination.registerImport(registration) }
        case .logIn(.deriveKey(let kdf)):
            .login(.passwordKey(try await hasher.key(kdf)))
        case .logIn(let action):
            .login(try await Authenticator.perform(action, destination, await hasher.hasher()))
        case .restartImport(let contents):
            .imported(try await destination.restartImport(contents))
        case .follow(let request):
            try await StoreFollower.following { _ = try await destination.follow(request) } ? .followed : .notFollowed
        case .readImport:
            .imported(try await destination.importStatus())
        case .readPage(let name):
            .page(try await source.movePage(after: name))
        case .writePage(let objects):
            .imported(try await destination.importObjects(objects))
        case .compareDigests:
            try await digests(source, destination)
        case .commit(let commit):
            .move(try await source.commitMove(commit))
        case .open(let opening):
            .imported(try await destination.openImport(opening))
        case .readDestination:
            .destination(try await Authenticator.contents(of: destination))
        case .complete(let action):
            .completion(try await StoreFollower.perform(action, authDelivery))
        }
    }

    private static func digests(
        _ source: any KeyStoreService, _ destination: any KeyStoreService
    ) async throws -> StoreMove.Event {
        async let there = destination.importDigest()
        async let here = source.moveDigest()
        return .digests(source: try await here, destination: try await there)
    }

    private static func registering(_ register: () async throws -> Void) async throws -> StoreMove.Event {
        do {
            try await register()
            return .registered
        } catch let error as ClientError {
            switch error.code {
            case .refused(.nameTaken): return .refused(.nameTaken)
            case .refused(.registrationRefused): return .refused(.registrationRefused)
            default: throw error
            }
        }
    }
}
