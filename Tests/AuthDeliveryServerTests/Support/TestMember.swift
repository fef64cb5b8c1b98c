import CloudMLSAPI
import Foundation
import MLS
import MLSCodec
import MLSCrypto
import NIOHTTP1

/// A platform account with its MLS keys, in the hands of its user.
struct TestMember: Sendable {
    var user: TestUser
    let address: AccountAddress
    let signer: SignatureKeyPair
    let provider: SwiftCryptoProvider

    struct NotAnAddress: Error {}

    static func register(
        _ text: String, of user: TestUser, cipherSuite: CipherSuite = .mls128DHKEMX25519AES128GCMSHA256Ed25519
    ) async throws -> TestMember {
        guard let address = AccountAddress(text) else { throw NotAnAddress() }
        let provider = try SwiftCryptoProvider(cipherSuite)
        let member = TestMember(
            user: user, address: address, signer: try provider.generateSignatureKeyPair(), provider: provider)
        _ = try await member.registerKey()
        return member
    }

    /// Registers the account with this member's key.
    func registerKey(revokesReplaced: Bool? = nil) async throws -> AccountRecord {
        try await user.put(
            "/v1/accounts",
            AccountRegistration(account: address, identityKeys: [identityKey], revokesReplaced: revokesReplaced))
    }

    /// The same account with another key.
    func withNewKey() throws -> TestMember {
        TestMember(user: user, address: address, signer: try provider.generateSignatureKeyPair(), provider: provider)
    }

    /// The same account and keys in the hands of another user.
    func inHands(of user: TestUser) -> TestMember {
        var member = self
        member.user = user
        return member
    }

    var identityKey: IdentityKey {
        IdentityKey(
            scheme: provider.cipherSuite.rawValue == 2 ? 0x0403 : 0x0807, publicKey: Bytes(signer.publicKey.bytes))
    }

    var capabilities: Capabilities {
        Capabilities(cipherSuites: [provider.cipherSuite], extensions: [.lastResort])
    }

    // MARK: KeyPackages

    func keyPackage(
        identity: String? = nil, lifetime: Lifetime = Lifetime(from: TestClock().now, duration: 30 * 86_400),
        lastResort: Bool = false
    ) throws -> (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys) {
        try KeyPackage.generate(
            provider: provider, credential: .basic(identity: Array((identity ?? address.description).utf8)),
            signer: signer, capabilities: capabilities, lifetime: lifetime,
            extensions: lastResort ? [.lastResort] : [])
    }

    func upload(_ keyPackages: [KeyPackage], lastResort: KeyPackage? = nil) async throws -> KeyPackageUploadResult {
        try await user.post(
            "/v1/key-packages",
            KeyPackageUpload(
                account: address, keyPackages: keyPackages.map { Bytes($0.encoded) },
                lastResort: lastResort.map { Bytes($0.encoded) }))
    }

    func upload(_ count: Int) async throws -> [KeyPackage] {
        let keyPackages = try (0..<count).map { _ in try keyPackage().keyPackage }
        _ = try await upload(keyPackages)
        return keyPackages
    }

    func ref(_ keyPackage: KeyPackage) -> [UInt8] { provider.makeKeyPackageRef(keyPackage.encoded).bytes }

    func status(_ keyPackages: [KeyPackage]) async throws -> [KeyPackageStatus] {
        let response: KeyPackageStatusResponse = try await user.post(
            "/v1/key-packages/status", KeyPackageStatusRequest(refs: keyPackages.map { Bytes(ref($0)) }))
        return response.statuses
    }

    func claim(
        _ accounts: [AccountAddress], key: [UInt8] = .random(32), cipherSuite: UInt16 = 1
    ) async throws -> KeyPackageClaimResponse {
        try await user.post(
            "/v1/key-packages/claim", KeyPackageClaim(accounts: accounts, cipherSuite: cipherSuite),
            headers: [HeaderName.idempotencyKey: key.hex])
    }

    // MARK: Groups

    func createGroup() async throws -> TestGroup {
        let group = TestGroup(groupID: .random(32))
        let _: GroupInfoRecord = try await user.post("/v1/groups", registration(of: group))
        return group
    }

    func registration(of group: TestGroup) -> GroupRegistration {
        GroupRegistration(groupID: Bytes(group.groupID), account: address, cipherSuite: 1)
    }

    func post(_ commit: CommitPost, to group: TestGroup) async throws -> PostResult {
        try await user.post(group.path + "/commits", commit)
    }

    func post(_ proposal: ProposalPost, to group: TestGroup) async throws -> PostResult {
        try await user.post(group.path + "/proposals", proposal)
    }

    func void(_ commit: CommitPost, in group: TestGroup) async throws -> VoidResponse {
        try await user.post(
            group.path + "/void",
            VoidRequest(account: address, epoch: commit.epoch, hash: Bytes(try hash(commit.commit.array))))
    }

    /// Claims for the others, and commits them into the group's current epoch.
    func add(_ others: [TestMember], to group: TestGroup, epoch: UInt64) async throws -> PostResult {
        let claimed = try await claim(others.map(\.address))
        return try await post(commit(group, epoch: epoch, adding: try announce(claimed.keyPackages)), to: group)
    }

    func announce(_ claimed: [ClaimedKeyPackage]) throws -> [CommitAnnouncement.AddedMember] {
        claimed.map {
            CommitAnnouncement.AddedMember(
                account: $0.account, keyPackageRef: provider.makeKeyPackageRef($0.keyPackage.array).bytes)
        }
    }

    /// A commit whose open parts are right. Its sealed parts are random, which the server cannot tell.
    func commit(
        _ group: TestGroup, epoch: UInt64, adding: [CommitAnnouncement.AddedMember] = [],
        removing: [AccountAddress] = []
    ) -> CommitPost {
        let announcement = CommitAnnouncement(added: adding, removed: removing)
        return CommitPost(
            account: address, epoch: epoch,
            commit: Bytes(group.message(epoch: epoch, .commit, authenticatedData: announcement.encoded)),
            welcome: adding.isEmpty ? nil : Bytes(TestGroup.welcome(adding.map(\.keyPackageRef))),
            confirmation: Bytes(.random(32)))
    }

    func proposal(_ group: TestGroup, epoch: UInt64) -> ProposalPost {
        ProposalPost(
            account: address, epoch: epoch,
            proposal: Bytes(group.message(epoch: epoch, .proposal, authenticatedData: [])))
    }

    // MARK: Delivery

    func inbox(after number: UInt64 = 0, limit: Int = 1_000, wait: Int = 0) async throws -> InboxPage {
        try await user.get("/v1/inbox?after=\(number)&limit=\(limit)&wait=\(wait)")
    }

    func acknowledge(_ number: UInt64) async throws {
        try await user.send(.POST, "/v1/inbox/acknowledge", InboxAcknowledgement(upTo: number)).check()
    }

    func log(_ group: TestGroup, after sequence: UInt64 = 0, limit: Int = 1_000) async throws -> LogPage {
        try await user.get(group.path + "/log?after=\(sequence)&limit=\(limit)")
    }

    func info(_ group: TestGroup) async throws -> GroupInfoRecord { try await user.get(group.path) }
}

/// A group of which only the id is real.
struct TestGroup: Sendable {
    var groupID: [UInt8]
    var path: String { "/v1/groups/\(groupID.hex)" }

    func message(epoch: UInt64, _ type: ContentType, authenticatedData: [UInt8], padding: Int = 0) -> [UInt8] {
        MLSMessage.privateMessage(
            PrivateMessage(
                groupID: groupID, epoch: epoch, contentType: type, authenticatedData: authenticatedData,
                encryptedSenderData: .random(28), ciphertext: .random(64) + [UInt8](repeating: 0, count: padding))
        ).encoded
    }

    static func welcome(_ refs: [[UInt8]], cipherSuite: UInt16 = 1) -> [UInt8] {
        MLSMessage.welcome(
            Welcome(
                cipherSuite: CipherSuite(rawValue: cipherSuite),
                secrets: refs.map {
                    EncryptedGroupSecrets(
                        newMember: KeyPackageRef($0),
                        encryptedGroupSecrets: HPKECiphertext(kemOutput: .random(32), ciphertext: .random(80)))
                },
                encryptedGroupInfo: .random(200))
        ).encoded
    }
}

/// SHA-256, which all three cipher suites hash with.
func hash(_ bytes: [UInt8]) throws -> [UInt8] {
    try SwiftCryptoProvider(.mls128DHKEMX25519AES128GCMSHA256Ed25519).hash(bytes)
}

extension [UInt8] {
    static func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: .min ... .max) } }
}

/// The refusal that `body` meets; nil where it succeeds.
func refusal(_ body: () async throws -> some Any) async throws -> Refusal? {
    do {
        _ = try await body()
        return nil
    } catch let refusal as Refusal {
        return refusal
    }
}
