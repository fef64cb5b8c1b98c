import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec

/// Either server in memory, with the real one's rules for registration, login, slots and everything with a revision.
actor SimulatedServer {
    struct User {
        /// The password's.
        var login: LoginMethod
        /// Those of other ways in, by slot.
        var keys: [[UInt8]: LoginMethod] = [:]
        var slots: [StoredSlot]
        var keyring: StoredKeyring?
        var profile: StoredProfile?
        var anchors: [[UInt8]: StoredAnchor] = [:]
        var objects: [[UInt8]: StoredObject] = [:]
        var move = SimulatedMove()
    }

    /// What a hostile or broken server changes in its answers.
    struct Interference: Sendable {
        var preLogin: (@Sendable (PreLoginResponse) -> PreLoginResponse)?
        var keyring: (@Sendable (StoredKeyring) -> StoredKeyring)?
        var object: (@Sendable (StoredObject) -> StoredObject)?
    }

    let role: ServerRole
    private(set) var identity: ServerSigningKey
    private(set) var incarnation: [UInt8]
    /// What it says about its addresses.
    private(set) var origins: [String]?
    var users: [String: User] = [:]
    private(set) var calls: [String] = []
    private var tokens: [String: String] = [:]
    private var nonces: [LoginNonce: PreLoginQuestion] = [:]
    private var setupTokens: Set<[UInt8]> = []
    private var interference = Interference()
    private var counter = 0

    init(_ role: ServerRole) throws {
        self.role = role
        identity = try .random()
        incarnation = Incarnation.random().bytes
    }

    var serverID: ServerID { identity.serverID }
    var sessionCount: Int { tokens.count }

    func answer(at origins: [String]) { self.origins = origins }
    func interfere(_ interference: Interference) { self.interference = interference }
    func change(_ name: String, _ change: @Sendable (inout User) -> Void) {
        if var user = users[name] {
            change(&user)
            users[name] = user
        }
    }
    func newIdentity() throws { identity = try .random() }
    func restore() { incarnation = Incarnation.random().bytes }
    func forgetCalls() { calls = [] }
    func endSessions() { tokens = [:] }

    func invite() -> SetupToken {
        let token = SetupToken.random()
        setupTokens.insert(token.bytes)
        return token
    }

    func isGood(_ token: [UInt8]) -> Bool { setupTokens.contains(token) }
    func use(_ token: [UInt8]) { setupTokens.remove(token) }

    func note(_ call: String) { calls.append(call) }

    // Login

    func preLogin(_ request: PreLoginRequest) throws -> PreLoginResponse {
        guard let name = UserName(rawValue: request.user), let nonce = LoginNonce(bytes: request.clientNonce.array)
        else { throw Self.refusal(.badRequest) }
        let asked = PreLoginQuestion(role: role, userName: name, kind: request.kind, clientNonce: nonce)
        let decoy = PasswordKDF(parameters: .cheap, salt: KDFSalt(bytes: Array(repeating: 7, count: 16)) ?? .random())
        let kdf = request.kind == .password ? users[name.rawValue]?.login.kdf.flatMap(\.stored) ?? decoy : nil
        let answer = try PreLoginAnswer(question: asked, serverID: serverID, kdf: kdf, expiresAt: 2_000)
        nonces[answer.serverNonce] = asked
        let signature = try identity.sign(answer.encoded, as: .preLogin)
        let response = PreLoginResponse(
            identityKey: Bytes(identity.publicKey.bytes), kdf: kdf.map { KDFDescription(stored: $0) },
            serverNonce: Bytes(answer.serverNonce.bytes), expires: 2_000, signature: Bytes(signature.bytes))
        return interference.preLogin?(response) ?? response
    }

    func login(_ request: LoginRequest) throws -> SessionTokens {
        guard let serverNonce = LoginNonce(bytes: request.serverNonce.array),
            let asked = nonces.removeValue(forKey: serverNonce), let origin = Origin(rawValue: request.origin),
            let signature = Signature(bytes: request.signature.array), let user = users[request.user]
        else { throw Self.refusal(.wrongCredentials) }
        let statement = LoginStatement(
            role: role, serverID: serverID, userName: asked.userName, serverNonce: serverNonce,
            clientNonce: asked.clientNonce, origin: origin)
        let proof = LoginProof(statement: statement, signature: signature)
        let isKnown = ([user.login] + user.keys.values).contains { login in
            login.kind == request.kind
                && LoginPublicKey(bytes: login.publicKey.array).map { proof.verify(publicKey: $0) } == true
        }
        guard isKnown else { throw Self.refusal(.wrongCredentials) }
        return beginSession(request.user)
    }

    func beginSession(_ user: String) -> SessionTokens {
        counter += 1
        tokens["access-\(counter)"] = user
        return SessionTokens(
            accessToken: "access-\(counter)", accessExpires: 9_000, refreshToken: "refresh-\(counter)",
            refreshExpires: 9_000)
    }

    func logout(_ token: String?) throws {
        _ = try user(token)
        if let token { tokens[token] = nil }
    }

    func user(_ token: String?) throws -> String {
        guard let token else { throw ClientError(.notSignedIn, "no token") }
        guard let user = tokens[token] else { throw Self.refusal(.invalidToken) }
        return user
    }

    // Registration

    func register(_ registration: AuthDeliveryRegistration) throws {
        guard users[registration.user] == nil else { throw Self.refusal(.nameTaken) }
        let slot = try ProfileSlot(decoding: registration.slot.array)
        users[registration.user] = User(
            login: registration.login,
            slots: [
                StoredSlot(id: Bytes(slot.id.bytes), kind: .password, revision: 1, body: registration.slot)
            ])
    }

    func register(_ registration: KeyStoreRegistration) throws {
        guard let token = registration.setupToken, setupTokens.contains(token.array) else {
            throw Self.refusal(.registrationRefused)
        }
        guard users[registration.user] == nil else { throw Self.refusal(.nameTaken) }
        setupTokens.remove(token.array)
        let slot = try StoreSlot(decoding: registration.slot.array)
        users[registration.user] = User(
            login: registration.login,
            slots: [StoredSlot(id: Bytes(slot.id.bytes), kind: .password, revision: 1, body: registration.slot)],
            keyring: StoredKeyring(storeID: registration.storeID, revision: 1, body: registration.keyring))
    }

    // Stored things

    func slots(_ token: String?) throws -> [StoredSlot] {
        let name = try user(token)
        try checkReadable(name)
        guard let user = users[name] else { return [] }
        return user.slots.map { slot in
            var slot = slot
            slot.login = slot.kind == .password ? user.login : user.keys[slot.id.array]
            return slot
        }
    }

    func deleteSlot(_ id: [UInt8], _ ifRevision: UInt64, _ token: String?) throws {
        let name = try user(token)
        try checkWritable(name)
        guard var user = users[name], let index = user.slots.firstIndex(where: { $0.id.array == id }) else {
            throw Self.refusal(.notFound)
        }
        try Self.require(ifRevision, user.slots[index].revision)
        let others = user.slots.filter { $0.id.array != id }
        guard others.contains(where: { $0.kind == .password || user.keys[$0.id.array] != nil }) else {
            throw Self.refusal(.lastWayIn)
        }
        if user.slots[index].kind == .password { user.login.publicKey = [] }
        user.keys[id] = nil
        user.slots = others
        users[name] = user
    }

    func writeSlot(_ id: [UInt8], _ ifRevision: UInt64, _ write: SlotWrite, _ token: String?) throws -> WriteResult {
        let name = try user(token)
        try checkWritable(name)
        let index = users[name]?.slots.firstIndex { $0.id.array == id }
        let current = index.flatMap { users[name]?.slots[$0].revision } ?? 0
        try Self.require(ifRevision, current)
        let slot = StoredSlot(id: Bytes(id), kind: write.kind, revision: current + 1, body: write.body)
        if let index {
            users[name]?.slots[index] = slot
        } else {
            users[name]?.slots.append(slot)
        }
        if let login = write.login {
            if write.kind == .password { users[name]?.login = login } else { users[name]?.keys[id] = login }
        }
        return WriteResult(revision: current + 1)
    }

    func keyring(_ token: String?) throws -> StoredKeyring {
        try checkReadable(try user(token))
        guard let keyring = try users[user(token)]?.keyring else { throw Self.refusal(.notFound) }
        return interference.keyring?(keyring) ?? keyring
    }

    func writeKeyring(_ ifRevision: UInt64, _ write: KeyringWrite, _ token: String?) throws -> WriteResult {
        let name = try user(token)
        try checkWritable(name)
        try Self.require(ifRevision, users[name]?.keyring?.revision ?? 0)
        users[name]?.keyring?.revision = ifRevision + 1
        users[name]?.keyring?.body = write.body
        if write.endsHandover == true { users[name]?.keyring?.handover = nil }
        return WriteResult(revision: ifRevision + 1)
    }

    func rotate(_ rotation: KeyRotation, _ token: String?) throws -> WriteResult {
        let name = try user(token)
        try checkWritable(name)
        let slots = users[name]?.slots ?? []
        let current = users[name]?.keyring?.revision ?? 0
        try Self.require(rotation.ifRevision, current)
        guard
            Set(slots.map { KeyRotation.Slot(id: $0.id, ifRevision: $0.revision, body: []) })
                == Set(rotation.slots.map { KeyRotation.Slot(id: $0.id, ifRevision: $0.ifRevision, body: []) })
        else { throw Self.conflict(current) }
        users[name]?.slots = slots.map { slot in
            var slot = slot
            slot.revision += 1
            slot.body = rotation.slots.first { $0.id == slot.id }?.body ?? slot.body
            return slot
        }
        users[name]?.keyring?.revision = current + 1
        users[name]?.keyring?.body = rotation.keyring
        users[name]?.keyring?.minimumKeyID = rotation.minimumKeyID
        users[name]?.keyring?.handover = rotation.handover
        if rotation.endsOtherSessions { tokens = tokens.filter { $0.key == token || $0.value != name } }
        return WriteResult(revision: current + 1)
    }

    func list(after last: [UInt8]?, below key: UInt32?, limit: Int, _ token: String?) throws -> ObjectsPage {
        let owner = try user(token)
        let objects = (users[owner]?.objects ?? [:]).values.map { object in
            ListedObject(
                name: object.name, revision: object.revision, size: UInt64(object.body?.array.count ?? 0),
                keyID: object.body.map { Self.keyID($0.array) }, deleted: object.body == nil)
        }.filter { object in
            (last.map { $0.lexicographicallyPrecedes(object.name.array) } ?? true)
                && (key.map { key in object.keyID.map { $0 < key } ?? false } ?? true)
        }.sorted { $0.name.array.lexicographicallyPrecedes($1.name.array) }
        // Small pages, so that there are several.
        let page = objects.prefix(min(limit, 50))
        return ObjectsPage(
            objects: Array(page), more: page.count < objects.count,
            count: last == nil ? UInt64(objects.count) : nil)
    }

    private static func keyID(_ body: [UInt8]) -> UInt32 { (try? ObjectHeader(ofObject: body))?.keyID.rawValue ?? 0 }

    func profile(_ token: String?) throws -> StoredProfile? { try users[user(token)]?.profile }

    func writeProfile(_ ifRevision: UInt64, _ body: Bytes, _ token: String?) throws -> WriteResult {
        let name = try user(token)
        try Self.require(ifRevision, users[name]?.profile?.revision ?? 0)
        users[name]?.profile = StoredProfile(revision: ifRevision + 1, body: body)
        return WriteResult(revision: ifRevision + 1)
    }

    func anchor(_ name: [UInt8], _ token: String?) throws -> StoredAnchor? { try users[user(token)]?.anchors[name] }

    func writeAnchor(_ name: [UInt8], _ ifRevision: UInt64, _ body: Bytes, _ token: String?) throws -> WriteResult {
        let owner = try user(token)
        try Self.require(ifRevision, users[owner]?.anchors[name]?.revision ?? 0)
        users[owner]?.anchors[name] = StoredAnchor(name: Bytes(name), revision: ifRevision + 1, body: body)
        return WriteResult(revision: ifRevision + 1)
    }

    func read(_ names: [[UInt8]], _ token: String?) throws -> [StoredObject] {
        let owner = try user(token)
        try checkReadable(owner)
        return names.map { name in
            let object = users[owner]?.objects[name] ?? StoredObject(name: Bytes(name), revision: 0, body: nil)
            return interference.object?(object) ?? object
        }
    }

    func write(_ operations: [BatchOperation], _ token: String?) throws -> [UInt64] {
        let owner = try user(token)
        try checkWritable(owner)
        let minimum = users[owner]?.keyring?.minimumKeyID ?? 0
        for (index, operation) in operations.enumerated() {
            if let body = operation.body, Self.keyID(body.array) < minimum { throw Self.refusal(.keyRetired) }
            try Self.require(
                operation.ifRevision, users[owner]?.objects[operation.name.array]?.revision ?? 0, operation: index)
        }
        for operation in operations {
            users[owner]?.objects[operation.name.array] = StoredObject(
                name: operation.name, revision: operation.ifRevision + 1, body: operation.body)
        }
        return operations.map { $0.ifRevision + 1 }
    }

    private static func require(_ expected: UInt64, _ current: UInt64, operation: Int? = nil) throws {
        guard expected == current else {
            throw ClientError(
                refusal: .init(
                    code: .revisionConflict, message: "another revision", currentRevision: current,
                    operation: operation))
        }
    }

    private static func conflict(_ current: UInt64) -> ClientError {
        ClientError(
            refusal: .init(code: .revisionConflict, message: "another revision", currentRevision: current))
    }

    static func refusal(_ code: ErrorCode) -> ClientError {
        ClientError(refusal: .init(code: code, message: code.rawValue))
    }
}

extension KDFParameters {
    /// For tests alone.
    static let cheap = Self.argon2id(memoryKiB: 8, iterations: 1, parallelism: 1)
}

extension KDFDescription {
    init(stored kdf: PasswordKDF) {
        switch kdf.parameters {
        case .argon2id(let memoryKiB, let iterations, let parallelism):
            self.init(
                algorithm: .argon2id, iterations: iterations, memoryKiB: memoryKiB, parallelism: parallelism,
                salt: Bytes(kdf.salt.bytes))
        case .pbkdf2HMACSHA512(let iterations):
            self.init(
                algorithm: .pbkdf2HMACSHA512, iterations: iterations, memoryKiB: 0, parallelism: 0,
                salt: Bytes(kdf.salt.bytes))
        }
    }

    var stored: PasswordKDF? {
        KDFSalt(bytes: salt.array).map {
            PasswordKDF(
                parameters: .argon2id(memoryKiB: memoryKiB, iterations: iterations, parallelism: parallelism),
                salt: $0)
        }
    }
}
