import CloudMLSAPI
import KeyHierarchy
import MLSCodec

/// A store that leaves the key store where it is.
struct ServerSource: MoveSource {
    let keyStore: any KeyStoreService
    let owner: StoreOwner
    /// Opens the password's slot.
    let key: MoveKey
    let environment: ClientEnvironment
    private(set) var objectCount: UInt64 = 0
    /// Known once it was met.
    private var identity: ServerPublicKey?
    /// That the store has moved, signed by the key store.
    private var statement: Bytes?

    init(_ keyStore: any KeyStoreService, owner: StoreOwner, key: MoveKey, environment: ClientEnvironment) {
        self.keyStore = keyStore
        self.owner = owner
        self.key = key
        self.environment = environment
    }

    var hasLetGo: Bool { statement != nil }
    var opensByDigest: Bool { false }

    func check() throws {
        guard owner.keyring.objectKeys.count == 1 else { throw Self.rotationUnderWay }
    }

    mutating func meet(_ current: Profile) async throws {
        let info = try await environment.step(MoveStep.meetSource) { [keyStore] in try await keyStore.serverInfo() }
        guard let key = ServerPublicKey(bytes: info.identityKey.array), key.serverID == current.serverID else {
            throw ClientError(
                .serverIdentityChanged, "The key store is not the one that your profile names.",
                hint: "Ask whoever runs it whether it was set up anew.")
        }
        identity = key
    }

    mutating func begin(to destination: ServerID) async throws -> MoveID {
        let status = try await environment.step(MoveStep.readMove) { [keyStore] in try await keyStore.moveStatus() }
        objectCount = status.objects
        switch status.state {
        case .active:
            return try await beginAnew(to: destination)
        case .moving, .moved:
            guard let move = status.moveID.flatMap({ MoveID(bytes: $0.array) }) else { throw ClientError.moveMisfit }
            guard status.destination?.array == destination.bytes else {
                throw ClientError(
                    .refused(.moveConflict), "The store is on its way to another key store.",
                    hint: "Finish that move with its own setup code, or take it back.", remedy: .cancelMove)
            }
            if status.state == .moved { statement = status.statement }
            return move
        case .receiving:
            throw ClientError(
                .refused(.storeReceiving), "The store is still on its way to this key store.",
                hint: "Finish that move first, on the device that began it.")
        }
    }

    private mutating func beginAnew(to destination: ServerID) async throws -> MoveID {
        let move = environment.fresh(MoveID.self)
        let request = MoveRequest(moveID: Bytes(move.bytes), destination: Bytes(destination.bytes))
        let status = try await environment.step(MoveStep.beginMove) { [keyStore] in
            try await keyStore.beginMove(request)
        }
        guard status.state == .moving, status.moveID == request.moveID else { throw ClientError.moveMisfit }
        objectCount = status.objects
        return move
    }

    func contents(_ route: MoveRoute) async throws -> ImportContents {
        var (slots, keyring) = try await environment.step(MoveStep.readSource) {
            (try await keyStore.slots(), try await keyStore.keyring())
        }
        let password = try await checked(slots, keyring, route).first { $0.kind == .password }
        if let password, let kdf = password.header.kdf {
            try environment.kdfPolicy.accept(kdf)
            let hashed = try await environment.step(MoveStep.deriveKey) { try await key.hasher().key(kdf) }
            guard let login = try route.passwordLogin(password, kdf, hashed) else {
                try await withdraw()
                throw ClientError(
                    .wrongPassword, "That is not the password of your key store.",
                    hint: "Run this again with the right one; nothing has changed.")
            }
            for index in slots.indices where slots[index].id.array == password.id.bytes { slots[index].login = login }
        }
        return route.contents(
            of: identity, keyringRevision: keyring.revision, keyring: keyring.body, slots: slots)
    }

    /// Checks that the owner made slots and keyring, and with the keys that this device has.
    private func checked(
        _ slots: [StoredSlot], _ keyring: StoredKeyring, _ route: MoveRoute
    ) async throws -> [StoreSlot] {
        let publicKey = route.current.storePublicKey
        do {
            let parsed = try StoreChecks.slots(slots, of: StoreScope.self)
            _ = try StoreChecks.verify(parsed, by: publicKey, scopeID: owner.storeID)
            _ = try StoreChecks.open(keyring, with: owner.dataKey, storeID: owner.storeID, by: publicKey)
            return parsed
        } catch let error as ClientError {
            try await withdraw()
            if isOfOtherKeys(keyring, publicKey) { throw KeysChanged() }
            throw error
        }
    }

    /// Whether the store's owner has put another data key in force.
    private func isOfOtherKeys(_ stored: StoredKeyring, _ key: StorePublicKey) -> Bool {
        guard let sealed = try? SealedKeyring(decoding: stored.body.array),
            let verified = try? sealed.verified(by: key, storeID: owner.storeID)
        else { return false }
        return (try? verified.open(with: owner.dataKey)) == nil
    }

    /// It is read only from the beginning: slots and keyring are not to change either.
    func freeze(_ route: MoveRoute) {}

    func forEachPage(
        after name: [UInt8]?, _ route: MoveRoute, _ body: ([StoredObject]) async throws -> Void
    ) async throws {
        var last = name
        while true {
            let page = try await environment.step(MoveStep.readPage) { [last] in
                try await keyStore.movePage(after: last)
            }
            guard let name = page.objects.last?.name.array else { return }
            try await body(page.objects)
            guard page.more else { return }
            last = name
        }
    }

    func digest() async throws -> Bytes { try await keyStore.moveDigest().digest }

    mutating func commit(_ route: MoveRoute, digest: Bytes) async throws {
        let commit = MoveCommit(
            moveID: Bytes(route.moveID.bytes), digest: digest, forward: Bytes(try route.forward().encoded))
        let status = try await environment.step(MoveStep.commit) { [keyStore] in
            try await keyStore.commitMove(commit)
        }
        guard status.state == .moved, let signed = status.statement else { throw ClientError.moveMisfit }
        statement = signed
    }

    func opening(_ route: MoveRoute) throws -> ImportOpening {
        guard let statement, let identity,
            let verified = try? SignedMovedStatement(decoding: statement.array).verified(by: identity),
            verified.storeID == owner.storeID, verified.moveID == route.moveID,
            verified.destination == route.next.serverID
        else {
            throw ClientError(
                .notAuthentic, "The old key store's statement that the store has moved is not valid.",
                hint: "Ask whoever runs it.")
        }
        return ImportOpening(moveID: Bytes(route.moveID.bytes), statement: statement, digest: nil)
    }

    func withdraw() async throws {
        _ = try await environment.step(MoveStep.cancelMove) { try await keyStore.cancelMove() }
    }

    var differs: ClientError {
        ClientError(
            .refused(.moveConflict), "The two key stores do not have the same after copying twice.",
            hint: "Take the move back; nothing is lost.", remedy: .cancelMove)
    }

    static var rotationUnderWay: ClientError {
        ClientError(
            .busy, "A rotation of your keys has not finished.", hint: "Finish it first.", remedy: .finishRotation)
    }
}
