import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// A store that comes from an archive, for when its key store is gone. The archive is checked as a whole before anything is
/// sent. Where the old key store is there, it has to have the same as the archive, and is told that the store has moved.
struct ArchiveSource: MoveSource {
    let request: ArchiveImport
    let owner: StoreOwner
    /// Opens the archive's slots.
    let key: MoveKey
    /// Which the archive is of.
    let keyStore: any KeyStoreService
    let authDelivery: any AuthDeliveryService
    let environment: ClientEnvironment
    /// What is in the archive, once it was checked.
    private var checked: StoreArchive.Summary?
    /// Whether the old key store waits for being told.
    private var isToBeTold = false

    /// - Parameter checked: what is in the archive, where it was checked already.
    init(
        _ request: ArchiveImport, owner: StoreOwner, key: MoveKey, of keyStore: any KeyStoreService,
        authDelivery: any AuthDeliveryService, environment: ClientEnvironment, checked: StoreArchive.Summary?
    ) {
        self.request = request
        self.owner = owner
        self.key = key
        self.keyStore = keyStore
        self.authDelivery = authDelivery
        self.environment = environment
        self.checked = checked
    }

    /// An archive lets nothing go: all of it is compared each time.
    var hasLetGo: Bool { false }
    var opensByDigest: Bool { true }
    var objectCount: UInt64 { checked?.objects ?? 0 }

    private func summary() throws -> StoreArchive.Summary {
        guard let checked else { throw ClientError.unexpectedEvent }
        return checked
    }

    func check() throws {
        guard request.archive.storeID == owner.storeID else { throw StoreArchive.ofSomebodyElse }
    }

    mutating func meet(_ current: Profile) async throws {
        guard checked == nil else { return }
        checked = try await environment.step(MoveStep.readArchive) { [request, owner] in
            try await request.archive.verify(dataKey: owner.dataKey)
        }
    }

    /// An archive from before the last change of the keyring would bring back what was removed since, and is refused at the
    /// end of the way: better before it begins.
    func begin(to destination: ServerID) async throws -> MoveID {
        let summary = try summary()
        let sealer = AnchorSealer(profileKey: owner.keyring.profileKey)
        let name = sealer.name(storeID: owner.storeID)
        let stored = try await environment.step(MoveStep.readAnchor) { try await authDelivery.anchor(name.bytes) }
        guard let stored else { throw StoreChecks.rolledBack("The auth-delivery server", "state") }
        let anchor = try StoreChecks.open(stored, name: name, with: sealer)
        guard summary.contents.keyringRevision >= anchor.keyringRevision else { throw StoreArchive.tooOld }
        return summary.moveID
    }

    func contents(_ route: MoveRoute) async throws -> ImportContents {
        let contents = try summary().contents
        var slots: [StoredSlot] = []
        for archived in contents.slots {
            let slot = archived.slot
            var login: LoginMethod?
            if let kdf = slot.header.kdf {
                login = try await passwordLogin(slot, kdf, route)
            } else if let key = archived.loginKey {
                login = LoginMethod(kind: slot.kind, publicKey: Bytes(key.bytes), kdf: nil)
            }
            slots.append(
                StoredSlot(
                    id: Bytes(slot.id.bytes), kind: slot.kind, revision: archived.revision.rawValue,
                    body: Bytes(slot.encoded), login: login))
        }
        return route.contents(
            of: nil, keyringRevision: contents.keyringRevision.rawValue, keyring: Bytes(contents.keyring),
            slots: slots)
    }

    /// Without the password its slot signs nobody in at another server, until a new one is set.
    private func passwordLogin(
        _ slot: StoreSlot, _ kdf: PasswordKDF, _ route: MoveRoute
    ) async throws -> LoginMethod? {
        guard case .password(let hasher) = key else { return nil }
        try environment.kdfPolicy.accept(kdf)
        let hashed = try await environment.step(MoveStep.deriveKey) { try await hasher().key(kdf) }
        guard let login = try route.passwordLogin(slot, kdf, hashed) else { throw StoreArchive.wrongPassword }
        return login
    }

    /// Only now: a wrong password or a used code leaves the old key store as it was.
    mutating func freeze(_ route: MoveRoute) async throws {
        guard !request.oldIsGone else { return }
        isToBeTold = try await freezeKeyStore(route)
    }

    /// - Returns: false where the old key store has been told already.
    private func freezeKeyStore(_ route: MoveRoute) async throws -> Bool {
        let request = MoveRequest(
            moveID: Bytes(route.moveID.bytes), destination: Bytes(route.next.serverID.bytes))
        do {
            let status = try await environment.step(MoveStep.readMove) { try await keyStore.moveStatus() }
            if status.state == .moved, status.moveID == request.moveID { return false }
            // Before it begins: a move that was cancelled cannot begin again, and the archive's is always the same one.
            try await compareKeyStore()
            _ = try await environment.step(MoveStep.beginMove) { try await keyStore.beginMove(request) }
        } catch let error as ClientError where error.code == .notReachable {
            throw Self.oldKeyStoreIsAway
        }
        do {
            try await compareKeyStore()
        } catch let error as ClientError where error.code == .refused(.moveConflict) {
            _ = try await environment.step(MoveStep.cancelMove) { try await keyStore.cancelMove() }
            throw error
        }
        return true
    }

    private func compareKeyStore() async throws {
        let there = try await environment.step(MoveStep.compareSource) { try await keyStore.moveDigest().digest }
        guard there == (try await digest()) else {
            throw ClientError(
                .refused(.moveConflict), "The old key store still answers, and has something else than the archive.",
                hint: "Move your data from there, or export again.", remedy: .giveOldKeyStoreUp)
        }
    }

    static var oldKeyStoreIsAway: ClientError {
        ClientError(
            .notReachable, "The old key store does not answer, and your other devices may go on writing to it.",
            hint: "Try again when it does.", remedy: .giveOldKeyStoreUp)
    }

    func forEachPage(
        after name: [UInt8]?, _ route: MoveRoute, _ body: ([StoredObject]) async throws -> Void
    ) async throws {
        var page: [StoredObject] = []
        var size = 0
        try await request.archive.forEachObject(dataKey: owner.dataKey, after: name) { name, revision, content in
            try Task.checkCancellation()
            let count = content?.count ?? 0
            if !page.isEmpty, page.count >= Limits.movedObjects || size + count > Limits.batchSize {
                try await body(page)
                page = []
                size = 0
            }
            page.append(
                StoredObject(
                    name: Bytes(name.bytes), revision: revision.rawValue, body: content.map { Bytes($0) }))
            size += count
        }
        if !page.isEmpty { try await body(page) }
    }

    func digest() async throws -> Bytes { Bytes(try summary().digest.bytes) }

    mutating func commit(_ route: MoveRoute, digest: Bytes) async throws {
        guard isToBeTold else { return }
        let commit = MoveCommit(
            moveID: Bytes(route.moveID.bytes), digest: digest, forward: Bytes(try route.forward().encoded))
        _ = try await environment.step(MoveStep.commit) { [keyStore] in try await keyStore.commitMove(commit) }
        isToBeTold = false
    }

    func opening(_ route: MoveRoute) throws -> ImportOpening {
        ImportOpening(
            moveID: Bytes(route.moveID.bytes), statement: nil, digest: Bytes(try summary().digest.bytes))
    }

    /// The account comes first here: nothing has begun at the old key store.
    func withdraw() {}

    var differs: ClientError {
        ClientError(
            .refused(.moveConflict), "The new key store does not have what the archive has.",
            hint: "Run this again; if it stays, ask whoever runs the new key store.")
    }
}
