import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

/// A device's connection to a `SimulatedServer`: what both roles have.
protocol SimulatedService: AuthenticationService {
    var server: SimulatedServer { get }
    var token: TokenBox { get }
    var faults: FaultPlan { get }
}

/// The access token of one connection.
actor TokenBox {
    private(set) var value: String?
    private let persist: @Sendable (SessionTokens?) async throws -> Void

    init(_ value: String?, persist: @escaping @Sendable (SessionTokens?) async throws -> Void) {
        self.value = value
        self.persist = persist
    }

    func adopt(_ tokens: SessionTokens?) async throws {
        try await persist(tokens)
        value = tokens?.accessToken
    }
}

extension SimulatedService {
    func call<Answer: Sendable>(
        _ name: String, _ body: @Sendable (SimulatedServer, String?) async throws -> Answer
    ) async throws -> Answer {
        try await faults.pass {
            await server.note("\(server.role.rawValue) \(name)")
            return try await body(server, token.value)
        }
    }

    func incarnation() async -> [UInt8]? { await server.incarnation }

    func serverInfo() async throws -> ServerInfo {
        try await call("server") { server, _ in
            ServerInfo(
                role: server.role, protocolVersion: 1,
                serverID: Bytes(await server.serverID.bytes), identityKey: Bytes(await server.identity.publicKey.bytes),
                incarnation: Bytes(await server.incarnation), origins: await server.origins)
        }
    }
    func preLogin(_ request: PreLoginRequest) async throws -> PreLoginResponse {
        try await call("prelogin") { server, _ in try await server.preLogin(request) }
    }
    func login(_ request: LoginRequest) async throws -> SessionTokens {
        let tokens = try await call("login") { server, _ in try await server.login(request) }
        try await token.adopt(tokens)
        return tokens
    }
    func logout() async throws {
        try await call("logout") { server, token in try await server.logout(token) }
        try await token.adopt(nil)
    }
    func slots() async throws -> [StoredSlot] {
        try await call("slots") { server, token in try await server.slots(token) }
    }
    func writeSlot(id: [UInt8], ifRevision: UInt64, _ slot: SlotWrite) async throws -> WriteResult {
        try await call("write slot") { server, token in
            try await server.writeSlot(id, ifRevision, slot, token)
        }
    }
    func deleteSlot(id: [UInt8], ifRevision: UInt64) async throws {
        try await call("delete slot") { server, token in try await server.deleteSlot(id, ifRevision, token) }
    }
    func sessions() async throws -> [SessionRecord] { throw SimulatedServer.refusal(.notFound) }
    func endSession(_ id: Int64) async throws { throw SimulatedServer.refusal(.notFound) }
    func endOtherSessions() async throws { throw SimulatedServer.refusal(.notFound) }
}

struct SimulatedKeyStore: SimulatedService, KeyStoreService {
    let server: SimulatedServer
    let origin: Origin
    let token: TokenBox
    let faults: FaultPlan

    func register(_ registration: KeyStoreRegistration) async throws {
        try await call("register") { server, _ in try await server.register(registration) }
    }
    func keyring() async throws -> StoredKeyring {
        try await call("keyring") { server, token in try await server.keyring(token) }
    }
    func writeKeyring(ifRevision: UInt64, _ keyring: KeyringWrite) async throws -> WriteResult {
        try await call("write keyring") { server, token in
            try await server.writeKeyring(ifRevision, keyring, token)
        }
    }
    func rotate(_ rotation: KeyRotation) async throws -> WriteResult {
        try await call("rotate") { server, token in try await server.rotate(rotation, token) }
    }
    func listObjects(after name: [UInt8]?, belowKey key: UInt32?, limit: Int) async throws -> ObjectsPage {
        try await call("list") { server, token in
            try await server.list(after: name, below: key, limit: limit, token)
        }
    }
    func readObjects(_ names: [[UInt8]]) async throws -> [StoredObject] {
        try await call("read") { server, token in try await server.read(names, token) }
    }
    func writeObjects(_ operations: [BatchOperation]) async throws -> [UInt64] {
        try await call("write") { server, token in try await server.write(operations, token) }
    }
    func events() async throws -> AsyncThrowingStream<ChangeEvent, any Error> {
        throw SimulatedServer.refusal(.notFound)
    }
    func changes(after cursor: UInt64, limit: Int) async throws -> ChangesResponse {
        throw SimulatedServer.refusal(.notFound)
    }
}

/// Accounts and groups are `FakeAuthDelivery`'s part.
struct SimulatedAuthDelivery: SimulatedService, AuthDeliveryService {
    let server: SimulatedServer
    let origin: Origin
    let token: TokenBox
    let faults: FaultPlan

    func register(_ registration: AuthDeliveryRegistration) async throws {
        try await call("register") { server, _ in try await server.register(registration) }
    }
    func profile() async throws -> StoredProfile? {
        try await call("profile") { server, token in try await server.profile(token) }
    }
    func writeProfile(ifRevision: UInt64, _ profile: ProfileWrite) async throws -> WriteResult {
        try await call("write profile") { server, token in
            try await server.writeProfile(ifRevision, profile.body, token)
        }
    }
    func anchor(_ name: [UInt8]) async throws -> StoredAnchor? {
        try await call("anchor") { server, token in try await server.anchor(name, token) }
    }
    func writeAnchor(_ name: [UInt8], ifRevision: UInt64, _ anchor: AnchorWrite) async throws -> WriteResult {
        try await call("write anchor") { server, token in
            try await server.writeAnchor(name, ifRevision, anchor.body, token)
        }
    }

    private var unused: ClientError { SimulatedServer.refusal(.notFound) }
    func anchors() async throws -> [StoredAnchor] { throw unused }
    func accounts() async throws -> [AccountRecord] { throw unused }
    func registerAccount(_ registration: AccountRegistration) async throws { throw unused }
    func identities(of accounts: [AccountAddress]) async throws -> [AccountRecord] { throw unused }
    func uploadKeyPackages(_ upload: KeyPackageUpload) async throws -> KeyPackageUploadResult { throw unused }
    func keyPackageCount(account: AccountAddress, cipherSuite: UInt16) async throws -> Int { throw unused }
    func keyPackageStatus(_ refs: [[UInt8]]) async throws -> [KeyPackageStatus] { throw unused }
    func claimKeyPackages(
        _ claim: KeyPackageClaim, idempotencyKey: [UInt8]
    ) async throws -> KeyPackageClaimResponse { throw unused }
    func retainKeyPackages(_ retention: KeyPackageRetention) async throws { throw unused }
    func requestRejoin(group: [UInt8], _ request: RejoinRequest) async throws { throw unused }
    func registerGroup(_ registration: GroupRegistration) async throws { throw unused }
    func groups() async throws -> [GroupList.Item] { throw unused }
    func group(_ id: [UInt8]) async throws -> GroupInfoRecord { throw unused }
    func postCommit(group: [UInt8], _ post: CommitPost) async throws -> PostResult { throw unused }
    func postProposal(
        group: [UInt8], _ post: ProposalPost, idempotencyKey: [UInt8]
    ) async throws -> PostResult { throw unused }
    func voidCommit(group: [UInt8], _ request: VoidRequest) async throws -> VoidResponse { throw unused }
    func reportCommit(group: [UInt8], _ report: CommitReport) async throws { throw unused }
    func log(group: [UInt8], after sequence: UInt64, limit: Int) async throws -> LogPage { throw unused }
    func inbox(after number: UInt64, limit: Int, wait: Int) async throws -> InboxPage { throw unused }
    func acknowledgeInbox(upTo number: UInt64) async throws { throw unused }
}
