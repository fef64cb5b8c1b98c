import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec

/// Where a simulated store stands, and what it keeps of moves.
struct SimulatedMove: Sendable {
    var state = StoreState.active
    var departure: MoveRequest?
    var statement: Bytes?
    var forward: Bytes?
    var arrival: ImportContents?
}

/// The rules of the real key store for moves.
extension SimulatedServer {
    func checkReadable(_ name: String) throws {
        switch users[name]?.move.state {
        case .moved: throw Self.refusal(.storeMoved)
        case .receiving: throw Self.refusal(.storeReceiving)
        default: break
        }
    }

    func checkWritable(_ name: String) throws {
        if users[name]?.move.state == .moving { throw Self.refusal(.storeMoving) }
        try checkReadable(name)
    }

    func moveStatus(_ token: String?) throws -> MoveStatus {
        let name = try user(token)
        guard let user = users[name] else { throw Self.refusal(.notFound) }
        let isLeaving = user.move.state == .moving || user.move.state == .moved
        return MoveStatus(
            state: user.move.state, moveID: isLeaving ? user.move.departure?.moveID : nil,
            destination: isLeaving ? user.move.departure?.destination : nil, objects: UInt64(user.objects.count),
            bytes: 0, statement: user.move.statement, forward: user.move.forward)
    }

    func beginMove(_ request: MoveRequest, _ token: String?) throws -> MoveStatus {
        let name = try user(token)
        let known = users[name]?.move.departure?.moveID == request.moveID
        switch users[name]?.move.state {
        case .active where !known:
            users[name]?.move.departure = request
            users[name]?.move.state = .moving
        case .moving where known: break
        case .moved: throw Self.refusal(.storeMoved)
        default: throw Self.refusal(.moveConflict)
        }
        return try moveStatus(token)
    }

    func cancelMove(_ token: String?) throws -> MoveStatus {
        let name = try user(token)
        guard users[name]?.move.state != .moved else { throw Self.refusal(.storeMoved) }
        users[name]?.move.state = .active
        return try moveStatus(token)
    }

    /// Two objects a page.
    func movePage(after last: [UInt8]?, _ token: String?) throws -> MovePage {
        let name = try user(token)
        try checkReadable(name)
        let sorted = (users[name]?.objects ?? [:]).values.sorted {
            $0.name.array.lexicographicallyPrecedes($1.name.array)
        }.drop { object in last.map { !$0.lexicographicallyPrecedes(object.name.array) } ?? false }
        return MovePage(objects: Array(sorted.prefix(2)), more: sorted.count > 2)
    }

    func contentDigest(_ token: String?) throws -> StoreDigestAnswer {
        guard let user = users[try user(token)], let keyring = user.keyring,
            let storeID = StoreID(bytes: keyring.storeID.array)
        else { throw Self.refusal(.notFound) }
        var builder = StoreDigestBuilder(storeID: storeID, objectCount: UInt64(user.objects.count))
        for object in user.objects.values.sorted(by: { $0.name.array.lexicographicallyPrecedes($1.name.array) }) {
            builder.addObject(name: object.name.array, revision: object.revision, body: object.body?.array)
        }
        let digest = builder.finish(
            keyringRevision: keyring.revision, keyring: keyring.body.array,
            slots: try user.slots.map { slot in
                let parsed = try StoreSlot(decoding: slot.body.array)
                return .init(id: parsed.id, kind: parsed.kind, revision: slot.revision, body: slot.body.array)
            })
        return StoreDigestAnswer(objects: UInt64(user.objects.count), bytes: 0, digest: Bytes(digest.bytes))
    }

    func commitMove(_ commit: MoveCommit, _ token: String?) throws -> MoveStatus {
        let name = try user(token)
        guard let user = users[name], let departure = user.move.departure, departure.moveID == commit.moveID else {
            throw Self.refusal(.moveConflict)
        }
        if user.move.state == .moved { return try moveStatus(token) }
        guard user.move.state == .moving, try contentDigest(token).digest == commit.digest,
            let storeID = user.keyring.flatMap({ StoreID(bytes: $0.storeID.array) }),
            let move = MoveID(bytes: departure.moveID.array), let to = ServerID(bytes: departure.destination.array),
            let digest = StoreDigest(bytes: commit.digest.array)
        else { throw Self.refusal(.moveConflict) }
        let statement = MovedStatement(
            storeID: storeID, moveID: move, source: serverID, destination: to, digest: digest)
        users[name]?.move.statement = Bytes(try SignedMovedStatement(statement, signedBy: identity).encoded)
        users[name]?.move.forward = commit.forward
        users[name]?.move.state = .moved
        return try moveStatus(token)
    }

    func register(_ registration: KeyStoreImport) throws {
        guard let token = registration.setupToken, isGood(token.array) else {
            throw Self.refusal(.registrationRefused)
        }
        guard users[registration.user] == nil, let login = registration.contents.slots.first?.login else {
            throw Self.refusal(.nameTaken)
        }
        use(token.array)
        var user = User(login: login, slots: [])
        user.move.state = .receiving
        user.take(registration.contents, storeID: registration.storeID)
        users[registration.user] = user
    }

    func restartImport(_ contents: ImportContents, _ token: String?) throws -> ImportStatus {
        let name = try user(token)
        guard let user = users[name], user.move.state == .receiving || user.move.state == .moved,
            let storeID = user.keyring?.storeID
        else { throw Self.refusal(.moveConflict) }
        if user.move.arrival?.moveID != contents.moveID { users[name]?.objects = [:] }
        users[name]?.move.state = .receiving
        users[name]?.take(contents, storeID: storeID)
        return try importStatus(token)
    }

    func importStatus(_ token: String?) throws -> ImportStatus {
        guard let user = users[try user(token)] else { throw Self.refusal(.notFound) }
        let last = user.objects.keys.max { $0.lexicographicallyPrecedes($1) }
        return ImportStatus(
            state: user.move.state, moveID: user.move.arrival?.moveID, lastName: last.map { Bytes($0) },
            objects: UInt64(user.objects.count), bytes: 0)
    }

    func importObjects(_ objects: ImportObjects, _ token: String?) throws -> ImportStatus {
        let name = try user(token)
        guard users[name]?.move.state == .receiving, users[name]?.move.arrival?.moveID == objects.moveID else {
            throw Self.refusal(.moveConflict)
        }
        for object in objects.objects { users[name]?.objects[object.name.array] = object }
        return try importStatus(token)
    }

    func openImport(_ opening: ImportOpening, _ token: String?) throws -> ImportStatus {
        let name = try user(token)
        guard let arrival = users[name]?.move.arrival, arrival.moveID == opening.moveID else {
            throw Self.refusal(.moveConflict)
        }
        if users[name]?.move.state == .active { return try importStatus(token) }
        guard let key = arrival.sourceKey.flatMap({ ServerPublicKey(bytes: $0.array) }),
            let statement = opening.statement,
            let verified = try? SignedMovedStatement(decoding: statement.array).verified(by: key),
            verified.destination == serverID, try contentDigest(token).digest.array == verified.digest.bytes
        else { throw Self.refusal(.moveConflict) }
        users[name]?.move.state = .active
        return try importStatus(token)
    }

    func follow(_ request: FollowRequest) throws -> SessionTokens {
        guard let hash = users[request.user]?.move.arrival?.followHash.array,
            FollowToken(bytes: request.token.array)?.hash == hash
        else { throw Self.refusal(.wrongCredentials) }
        return beginSession(request.user)
    }
}

extension SimulatedServer.User {
    fileprivate mutating func take(_ contents: ImportContents, storeID: Bytes) {
        slots = contents.slots
        if let password = contents.slots.first(where: { $0.kind == .password })?.login { login = password }
        keyring = StoredKeyring(storeID: storeID, revision: contents.keyringRevision, body: contents.keyring)
        keys = [:]
        for slot in contents.slots where slot.kind != .password { keys[slot.id.array] = slot.login }
        move.arrival = contents
    }
}

extension SimulatedKeyStore {
    func moveStatus() async throws -> MoveStatus { try await call("move") { try await $0.moveStatus($1) } }
    func beginMove(_ request: MoveRequest) async throws -> MoveStatus {
        try await call("begin move") { try await $0.beginMove(request, $1) }
    }
    func cancelMove() async throws -> MoveStatus { try await call("cancel move") { try await $0.cancelMove($1) } }
    func movePage(after name: [UInt8]?) async throws -> MovePage {
        try await call("move page") { try await $0.movePage(after: name, $1) }
    }
    func moveDigest() async throws -> StoreDigestAnswer {
        try await call("move digest") { try await $0.contentDigest($1) }
    }
    func commitMove(_ commit: MoveCommit) async throws -> MoveStatus {
        try await call("commit move") { try await $0.commitMove(commit, $1) }
    }
    func emptyMoved() async throws -> MoveStatus { throw SimulatedServer.refusal(.notFound) }
    func registerImport(_ registration: KeyStoreImport) async throws {
        try await call("import") { server, _ in try await server.register(registration) }
    }
    func follow(_ request: FollowRequest) async throws -> SessionTokens {
        let tokens = try await call("follow") { server, _ in try await server.follow(request) }
        try await token.adopt(tokens)
        return tokens
    }
    func importStatus() async throws -> ImportStatus {
        try await call("import status") { try await $0.importStatus($1) }
    }
    func restartImport(_ contents: ImportContents) async throws -> ImportStatus {
        try await call("restart import") { try await $0.restartImport(contents, $1) }
    }
    func importObjects(_ objects: ImportObjects) async throws -> ImportStatus {
        try await call("import objects") { try await $0.importObjects(objects, $1) }
    }
    func importDigest() async throws -> StoreDigestAnswer {
        try await call("import digest") { try await $0.contentDigest($1) }
    }
    func openImport(_ opening: ImportOpening) async throws -> ImportStatus {
        try await call("open import") { try await $0.openImport(opening, $1) }
    }
    func whenMoved(
        _ follow: @escaping @Sendable (any KeyStoreService, ClientError) async throws -> (any KeyStoreService)?
    ) async {}
    func hasMoved(to service: any KeyStoreService) async {}
}
