import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

/// One device's connection to the `AuthDeliveryWorld` as one user.
struct FakeAuthDelivery: AuthDeliveryService {
    let world: AuthDeliveryWorld
    let user: String
    let faults: any Connection
    var origin: Origin {
        guard let origin = Origin(rawValue: "http://127.0.0.1:7465") else { preconditionFailure("no address") }
        return origin
    }
    func incarnation() async -> [UInt8]? { await world.incarnation }

    func anchor(_ name: [UInt8]) async throws -> StoredAnchor? {
        try await faults.pass { await world.anchor(name, user: user) }
    }
    func writeAnchor(_ name: [UInt8], ifRevision: UInt64, _ anchor: AnchorWrite) async throws -> WriteResult {
        try await faults.pass {
            try await world.writeAnchor(name, ifRevision: ifRevision, anchor.body, user: user)
        }
    }
    func accounts() async throws -> [AccountRecord] { try await faults.pass { await world.accounts(of: user) } }
    func registerAccount(_ registration: AccountRegistration) async throws {
        try await faults.pass { try await world.register(registration, user: user) }
    }
    func identities(of accounts: [AccountAddress]) async throws -> [AccountRecord] {
        try await faults.pass { await world.records(of: accounts) }
    }
    func uploadKeyPackages(_ upload: KeyPackageUpload) async throws -> KeyPackageUploadResult {
        try await faults.pass { try await world.upload(upload, user: user) }
    }
    func keyPackageStatus(_ refs: [[UInt8]]) async throws -> [KeyPackageStatus] {
        try await faults.pass { await world.status(refs) }
    }
    func retainKeyPackages(_ retention: KeyPackageRetention) async throws {
        try await faults.pass { try await world.retain(retention, user: user) }
    }
    func claimKeyPackages(
        _ claim: KeyPackageClaim, idempotencyKey: [UInt8]
    ) async throws -> KeyPackageClaimResponse {
        try await faults.pass { try await world.claim(claim, user: user, key: idempotencyKey) }
    }
    func registerGroup(_ registration: GroupRegistration) async throws {
        try await faults.pass { try await world.registerGroup(registration, user: user) }
    }
    func groups() async throws -> [GroupList.Item] { try await faults.pass { await world.groups(of: user) } }
    func requestRejoin(group: [UInt8], _ request: RejoinRequest) async throws {
        try await faults.pass { try await world.requestRejoin(request, of: group, user: user) }
    }
    func group(_ id: [UInt8]) async throws -> GroupInfoRecord {
        try await faults.pass { try await world.info(id, user: user) }
    }
    func postCommit(group: [UInt8], _ post: CommitPost) async throws -> PostResult {
        try await faults.pass { try await world.post(post, to: group, user: user) }
    }
    func postProposal(group: [UInt8], _ post: ProposalPost, idempotencyKey: [UInt8]) async throws -> PostResult {
        try await faults.pass { try await world.post(post, to: group, user: user) }
    }
    func voidCommit(group: [UInt8], _ request: VoidRequest) async throws -> VoidResponse {
        try await faults.pass { try await world.void(request, in: group, user: user) }
    }
    func reportCommit(group: [UInt8], _ report: CommitReport) async throws {
        try await faults.pass { await world.add(report) }
    }
    func log(group: [UInt8], after sequence: UInt64, limit: Int) async throws -> LogPage {
        try await faults.pass { try await world.log(group, after: sequence, limit: limit, user: user) }
    }
    func inbox(after number: UInt64, limit: Int, wait: Int) async throws -> InboxPage {
        try await faults.pass(wait > 0 ? "inbox, waiting" : "inbox") {
            await world.inbox(of: user, after: number, limit: limit)
        }
    }
    func acknowledgeInbox(upTo number: UInt64) async throws {
        try await faults.pass { await world.acknowledge(number, user: user) }
    }

    // Signing in is not what these tests are about.
    private var unused: ClientError { ClientError(.internalFault, "The fake server has no such route.") }
    func serverInfo() async throws -> ServerInfo { throw unused }
    func preLogin(_ request: PreLoginRequest) async throws -> PreLoginResponse { throw unused }
    func login(_ request: LoginRequest) async throws -> SessionTokens { throw unused }
    func logout() async throws { throw unused }
    func slots() async throws -> [StoredSlot] { throw unused }
    func writeSlot(id: [UInt8], ifRevision: UInt64, _ slot: SlotWrite) async throws -> WriteResult { throw unused }
    func deleteSlot(id: [UInt8], ifRevision: UInt64) async throws { throw unused }
    func sessions() async throws -> [SessionRecord] { throw unused }
    func endSession(_ id: Int64) async throws { throw unused }
    func endOtherSessions() async throws { throw unused }
    func register(_ registration: AuthDeliveryRegistration) async throws { throw unused }
    func profile() async throws -> StoredProfile? { throw unused }
    func writeProfile(ifRevision: UInt64, _ profile: ProfileWrite) async throws -> WriteResult { throw unused }
    func anchors() async throws -> [StoredAnchor] { throw unused }
    func keyPackageCount(account: AccountAddress, cipherSuite: UInt16) async throws -> Int { throw unused }
}

extension AuthDeliveryWorld {
    func add(_ report: CommitReport) { reports.append(report) }
}
