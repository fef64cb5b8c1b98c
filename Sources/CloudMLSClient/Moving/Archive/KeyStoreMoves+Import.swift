import CloudMLSAPI
public import KeyHierarchy
import MLSCodec

extension KeyStoreMoves {
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
        password: Password, progress: @Sendable (MoveProgress) -> Void = { _ in }
    ) async throws -> Bool {
        let request = ArchiveImport(archive, to: code, userName: userName, oldIsGone: oldIsGone)
        let key = ArchiveKey.password(PasswordHasher(password, policy: context.environment.kdfPolicy))
        return try await importArchive(request, key: key, progress: progress) != nil
    }

    /// Where a store has arrived from an archive.
    struct Arrived {
        var profile: Profile
        var keyStore: any KeyStoreService
    }

    /// - Parameter checked: what is in the archive, where it was checked already.
    /// - Returns: nil where the store is at that key store already.
    func importArchive(
        _ request: ArchiveImport, key: ArchiveKey, checked: StoreArchive.Summary? = nil,
        progress: @Sendable (MoveProgress) -> Void
    ) async throws -> Arrived? {
        do {
            return try await importOnce(request, key: key, checked: checked, progress: progress)
        } catch let error as ClientError where Self.mayBeOfAnotherDevice(error) {
            // What went wrong tells more than why the profile cannot be read, if it cannot.
            let profile = try? await currentProfile(follower.owner())
            guard profile?.serverID == request.code.serverID else { throw error }
            return nil
        }
    }

    private func importOnce(
        _ request: ArchiveImport, key: ArchiveKey, checked: StoreArchive.Summary?,
        progress: @Sendable (MoveProgress) -> Void
    ) async throws -> Arrived? {
        let (archive, code) = (request.archive, request.code)
        try code.origin.requireEncryption(allowingPlaintext: context.environment.allowsPlaintext)
        let owner = try await follower.owner()
        guard archive.storeID == owner.storeID else { throw StoreArchive.ofSomebodyElse }
        let current = try await currentProfile(owner)
        guard current.serverID != code.serverID else { return nil }
        let summary: StoreArchive.Summary
        if let checked { summary = checked } else { summary = try await archive.verify(dataKey: owner.dataKey) }
        let tokens = DestinationTokens()
        let destination = connector.keyStore(at: code.origin, certificatePin: code.certificatePin, tokens: nil) {
            try await tokens.persist($0)
        }
        let there = try await destination.serverInfo()
        guard there.serverID.array == code.serverID.bytes else { throw StoreMove.anotherDestination(code.origin) }
        let route = ImportRoute(
            code: code, origins: Profile.origins(dialled: code.origin, others: there.knownOrigins),
            userName: request.userName ?? context.session.keyStore.userName, owner: owner, current: current,
            summary: summary, destination: destination)
        try await compareAnchor(summary, owner)
        // The account first: its contents are the archive's, whatever becomes of the old key store, and a wrong password or
        // a used code leaves that one as it was.
        try await enter(route, key)
        let isSourceThere = try await request.oldIsGone ? false : freezeSource(route)
        try await send(archive, route, progress)
        if isSourceThere { try await commitSource(route) }
        _ = try await destination.openImport(
            ImportOpening(
                moveID: Bytes(summary.moveID.bytes), statement: nil, digest: Bytes(summary.digest.bytes)))
        let arrival = try MoveCompletion.Arrival(
            route.next, moveID: summary.moveID, try await Authenticator.contents(of: destination),
            dataKey: owner.dataKey)
        let completion = MoveCompletion(arrival, profileID: owner.profileID, keyring: owner.keyring)
        try await context.environment.run(completion) { try await StoreFollower.perform($0, context.authDelivery) }
        try await follower.settle(arrival.profile, at: destination, tokens)
        await context.keyStore.hasMoved(to: destination)
        return Arrived(profile: arrival.profile, keyStore: destination)
    }

    /// An archive from before the last change of the keyring would bring back what was removed since, and is refused at the
    /// end of the way: better before it begins.
    private func compareAnchor(_ summary: StoreArchive.Summary, _ owner: StoreMove.Owner) async throws {
        let sealer = AnchorSealer(profileKey: owner.keyring.profileKey)
        let name = sealer.name(storeID: owner.storeID)
        guard let stored = try await context.authDelivery.anchor(name.bytes) else {
            throw StoreChecks.rolledBack("The auth-delivery server", "state")
        }
        guard try summary.contents.keyringRevision >= StoreChecks.open(stored, name: name, with: sealer).keyringRevision
        else { throw StoreArchive.tooOld }
    }

    func currentProfile(_ owner: StoreMove.Owner) async throws -> Profile {
        guard let stored = try await context.authDelivery.profile() else {
            throw StoreChecks.rolledBack("The auth-delivery server", "state")
        }
        return try StoreChecks.open(
            stored, with: owner.keyring.profileKey, profileID: owner.profileID, pins: owner.pins)
    }

    /// - Returns: false where the old key store has been told already.
    private func freezeSource(_ route: ImportRoute) async throws -> Bool {
        let request = MoveRequest(
            moveID: Bytes(route.summary.moveID.bytes), destination: Bytes(route.code.serverID.bytes))
        do {
            let status = try await context.keyStore.moveStatus()
            if status.state == .moved, status.moveID == request.moveID { return false }
            // Before it begins: a move that was cancelled cannot begin again, and the archive's is always the same one.
            try await compareSource(route)
            _ = try await context.keyStore.beginMove(request)
        } catch let error as ClientError where error.code == .notReachable {
            throw Self.oldKeyStoreIsAway
        }
        do {
            try await compareSource(route)
        } catch let error as ClientError where error.code == .refused(.moveConflict) {
            _ = try await context.keyStore.cancelMove()
            throw error
        }
        return true
    }

    static var oldKeyStoreIsAway: ClientError {
        ClientError(
            .notReachable, "The old key store does not answer, and your other devices may go on writing to it.",
            hint: "Try again when it does. If it is gone for good, say --old-is-gone.")
    }

    private func compareSource(_ route: ImportRoute) async throws {
        guard try await context.keyStore.moveDigest().digest.array == route.summary.digest.bytes else {
            throw ClientError(
                .refused(.moveConflict), "The old key store still answers, and has something else than the archive.",
                hint: "Use `cloudmls key-store move`, or export again. If it is to be given up, say --old-is-gone.")
        }
    }

    private func commitSource(_ route: ImportRoute) async throws {
        let forward = try ForwardPointer(
            to: route.next, moveID: route.summary.moveID, profileKey: route.owner.keyring.profileKey,
            signedBy: route.owner.keyring.storeSigningKey)
        _ = try await context.keyStore.commitMove(
            MoveCommit(
                moveID: Bytes(route.summary.moveID.bytes), digest: Bytes(route.summary.digest.bytes),
                forward: Bytes(forward.encoded)))
    }

    /// An account at the destination, and a session in it.
    private func enter(_ route: ImportRoute, _ key: ArchiveKey) async throws {
        guard try await !follow(route) else { return }
        let contents = try await route.contents(key, context.environment.kdfPolicy)
        do {
            try await route.destination.registerImport(
                KeyStoreImport(
                    setupToken: Bytes(route.code.token.bytes), user: route.userName.rawValue,
                    storeID: Bytes(route.owner.storeID.bytes), contents: contents))
            guard try await follow(route) else { throw StoreMove.misfit }
        } catch let error as ClientError
            where [.refused(.nameTaken), .refused(.registrationRefused)].contains(error.code)
        {
            // The name may be one's own, from an import that was given up.
            let login = try Login(
                key.wayIn, role: .keyStore, origin: route.code.origin, userName: route.userName,
                pinned: route.code.serverID, environment: context.environment)
            let output = try await context.environment.run(login) { action in
                try await Authenticator.perform(action, route.destination, key.hasher)
            }
            guard output.isAccepted else { throw error }
            // Or from this one, long ago.
            guard try await route.destination.importStatus().moveID?.array != route.summary.moveID.bytes else { return }
            _ = try await route.destination.restartImport(contents)
        }
    }

    private func follow(_ route: ImportRoute) async throws -> Bool {
        let token = route.owner.dataKey.followToken(moveID: route.summary.moveID, serverID: route.code.serverID)
        let request = FollowRequest(
            user: route.userName.rawValue, token: Bytes(token.bytes), deviceName: context.environment.shortDeviceName)
        return try await StoreFollower.following { _ = try await route.destination.follow(request) }
    }

    private func send(
        _ archive: StoreArchive, _ route: ImportRoute, _ progress: @Sendable (MoveProgress) -> Void
    ) async throws {
        var status = try await route.destination.importStatus()
        guard status.moveID?.array == route.summary.moveID.bytes else { throw StoreMove.misfit }
        if status.state == .active { return }
        var page: [StoredObject] = []
        var size = 0
        func flush() async throws {
            guard !page.isEmpty else { return }
            status = try await route.destination.importObjects(
                ImportObjects(moveID: Bytes(route.summary.moveID.bytes), objects: page))
            progress(MoveProgress(copied: status.objects, total: route.summary.objects, bytes: status.bytes))
            page = []
            size = 0
        }
        try await archive.forEachObject(dataKey: route.owner.dataKey, after: status.lastName?.array) {
            name, revision, body in
            try Task.checkCancellation()
            let count = body?.count ?? 0
            if page.count >= Limits.movedObjects || size + count > Limits.batchSize { try await flush() }
            page.append(
                StoredObject(name: Bytes(name.bytes), revision: revision.rawValue, body: body.map { Bytes($0) }))
            size += count
        }
        try await flush()
        guard try await route.destination.importDigest().digest.array == route.summary.digest.bytes else {
            throw ClientError(
                .refused(.moveConflict), "The new key store does not have what the archive has.",
                hint: "Run this again; if it stays, ask whoever runs the new key store.")
        }
    }
}

/// What an import works with.
private struct ImportRoute {
    let code: SetupCode
    /// Where the destination is found.
    let origins: [Origin]
    let userName: UserName
    let owner: StoreMove.Owner
    let current: Profile
    let summary: StoreArchive.Summary
    let destination: any KeyStoreService

    /// The profile after the move.
    var next: Profile {
        var next = current
        next.origins = origins
        next.serverID = code.serverID
        next.certificatePin = code.certificatePin
        next.userName = userName
        next.moveCounter += 1
        return next
    }

    func contents(_ key: ArchiveKey, _ policy: KDFPolicy) async throws -> ImportContents {
        var slots: [StoredSlot] = []
        for archived in summary.contents.slots {
            let slot = archived.slot
            var login: LoginMethod?
            if let kdf = slot.header.kdf {
                // Without the password its slot signs nobody in at another server, until a new one is set.
                if case .password(let hasher) = key {
                    try policy.accept(kdf)
                    let passwordKey = try await hasher.key(kdf)
                    guard (try? slot.openUnverified(with: passwordKey)) == owner.dataKey else {
                        throw StoreArchive.wrongPassword
                    }
                    let publicKey = try passwordKey.loginKey(role: .keyStore, serverID: code.serverID).publicKey
                    login = LoginMethod(
                        kind: slot.kind, publicKey: Bytes(publicKey.bytes), kdf: KDFDescription(kdf))
                }
            } else if let key = archived.loginKey {
                login = LoginMethod(kind: slot.kind, publicKey: Bytes(key.bytes), kdf: nil)
            }
            slots.append(
                StoredSlot(
                    id: Bytes(slot.id.bytes), kind: slot.kind, revision: archived.revision.rawValue,
                    body: Bytes(slot.encoded), login: login))
        }
        let token = owner.dataKey.followToken(moveID: summary.moveID, serverID: code.serverID)
        return ImportContents(
            moveID: Bytes(summary.moveID.bytes), sourceKey: nil,
            keyringRevision: summary.contents.keyringRevision.rawValue, keyring: Bytes(summary.contents.keyring),
            slots: slots, followHash: Bytes(token.hash))
    }
}
