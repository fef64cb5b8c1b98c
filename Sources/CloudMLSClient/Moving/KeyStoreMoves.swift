import CloudMLSAPI
public import KeyHierarchy

/// Moves of a signed-in user's store from one key store to another.
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
        progress: @escaping @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> Bool {
        try code.origin.requireEncryption(allowingPlaintext: context.environment.allowsPlaintext)
        let hasher = LazyPasswordHasher(policy: context.environment.kdfPolicy, password: password)
        let key = MoveKey.password { try await hasher.hasher() }
        var attempts = Attempts(5, orBusy: "Other devices of yours keep changing the keys.")
        while true {
            try attempts.count()
            do {
                try await meetStore(on: code.serverID)
                let destination = await destination(code, userName, key)
                let owner = try await follower.owner()
                let source = ServerSource(
                    context.keyStore, owner: owner, key: key, environment: context.environment)
                if try await carry(source, to: destination, owner, progress) != nil { return true }
                try await rememberArrival(at: code.serverID)
                return false
            } catch is KeysChanged {
                // And nothing else did.
            } catch let error as ClientError where Self.mayBeOfAnotherDevice(error) {
                guard await isThere(code.serverID) else { throw error }
            }
        }
    }

    /// Brings a store from an archive to a new key store; for when the old one is gone. The archive is checked as a whole
    /// before anything is sent.
    ///
    /// Each step can be repeated: killed at any point, it can be run again with the same archive and code. The old key store
    /// has to have the same as the archive, and is told that the store has moved.
    /// - Parameters:
    ///   - oldIsGone: does not ask the old key store: what other devices still write to it is lost.
    ///   - password: that of the archive.
    /// - Returns: false where the store is at that key store already.
    public func importArchive(
        _ archive: StoreArchive, to code: SetupCode, userName: UserName? = nil, oldIsGone: Bool = false,
        password: Password, progress: @escaping @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> Bool {
        let request = ArchiveImport(archive, to: code, userName: userName, oldIsGone: oldIsGone)
        let hasher = PasswordHasher(password, policy: context.environment.kdfPolicy)
        return try await importArchive(request, key: .password { hasher }, progress: progress) != nil
    }

    /// - Parameter checked: what is in the archive, where it was checked already.
    /// - Returns: nil where the store is at that key store already.
    func importArchive(
        _ request: ArchiveImport, key: MoveKey, checked: StoreArchive.Summary? = nil,
        progress: @escaping @Sendable (MoveProgress) -> Void
    ) async throws -> Arrived? {
        do {
            try request.code.origin.requireEncryption(allowingPlaintext: context.environment.allowsPlaintext)
            let destination = await destination(request.code, request.userName, key)
            let owner = try await follower.owner()
            let source = ArchiveSource(
                request, owner: owner, key: key, of: context.keyStore, authDelivery: context.authDelivery,
                environment: context.environment, checked: checked)
            return try await carry(source, to: destination, owner, progress)
        } catch let error as ClientError where Self.mayBeOfAnotherDevice(error) {
            guard await isThere(request.code.serverID) else { throw error }
            return nil
        }
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

    /// The session with the newest keys of the store.
    func newestSession() async throws -> StoredSession {
        _ = try await context.keys.read()
        return await session
    }

    private var session: StoredSession {
        get async { await context.keeper.stored ?? context.session }
    }
}

// One way to move, whatever the source
extension KeyStoreMoves {
    /// Where a store has arrived.
    struct Arrived {
        var profile: Profile
        var keyStore: any KeyStoreService
    }

    /// Carries the store to its destination, and the device's session along.
    ///
    /// - Returns: nil where the store is there already.
    private func carry(
        _ source: some MoveSource, to destination: MoveDestination, _ owner: StoreOwner,
        _ progress: @escaping @Sendable (MoveProgress) -> Void
    ) async throws -> Arrived? {
        var move = StoreMove(
            from: source, to: destination, owner: owner, authDelivery: context.authDelivery,
            environment: context.environment, progress: progress)
        guard let profile = try await move.run() else { return nil }
        try await follower.settle(profile, at: destination.service, destination.tokens)
        await context.keyStore.hasMoved(to: destination.service)
        return Arrived(profile: profile, keyStore: destination.service)
    }

    private func destination(_ code: SetupCode, _ userName: UserName?, _ key: MoveKey) async -> MoveDestination {
        let tokens = DestinationTokens()
        let service = connector.keyStore(at: code.origin, certificatePin: code.certificatePin, tokens: nil) {
            try await tokens.persist($0)
        }
        let name: UserName
        if let userName { name = userName } else { name = await session.keyStore.userName }
        return MoveDestination(code: code, userName: name, service: service, tokens: tokens, key: key)
    }

    /// Whether an error may come of what another device, which has moved the store to the same place, did meanwhile.
    private static func mayBeOfAnotherDevice(_ error: ClientError) -> Bool {
        switch error.code {
        case .refused(.storeMoved), .refused(.moveConflict), .refused(.registrationRefused), .malformedAnswer,
            .invalidSetupCode, .signedOut, .notAuthentic, .rolledBack:
            // The last two where that device has replaced the keys at the new place besides.
            true
        default: false
        }
    }

    /// Whether the profile leads to a key store. What went wrong before tells more than why it cannot be read, if it cannot.
    private func isThere(_ server: ServerID) async -> Bool {
        let profile = try? await follower.owner().open(context.authDelivery.profile())
        return profile?.serverID == server
    }
}

// Where the store is now
extension KeyStoreMoves {
    /// Lets the requests of a signed-in device follow its store to another key store.
    func watch() async { await follower.watch(context.keyStore) }

    /// As `watch` does it; where nothing was requested yet.
    package func follow(after reason: ClientError) async throws -> (any KeyStoreService)? {
        try await follower.follow(from: context.keyStore, after: reason)
    }

    private var follower: StoreFollower {
        StoreFollower(
            session: context.session, keeper: context.keeper, environment: context.environment,
            authDelivery: context.authDelivery, local: context.local, connector: connector)
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

    /// Another device moved the store there, or this one was ended before it could remember.
    private func rememberArrival(at server: ServerID) async throws {
        guard await session.keyStore.serverID != server else { return }
        _ = try await follow(after: ClientError(.notReachable, "The store has moved."))
    }
}
