import CloudMLSAPI
import CloudMLSClient
import MLS
import MLSCodec
import Testing

/// A member that leaves out its own checks, and a server that takes whatever it posts. More of it is in
/// `HostileDeliveryTests`; what MLS itself refuses is in the tests of `MLS`.
@Suite struct HostileMemberTests {
    private let users: TestPair
    private var alice: TestUser { users.alice }
    private var bob: TestUser { users.bob }

    init() throws { users = try TestPair() }

    /// The record of epoch 1, which every member has.
    private func record(of group: GroupID) async throws -> [UInt8] {
        let path = StorePath.epoch(1, of: group)
        return try #require(await bob.store.values[path]?.body)
    }

    /// What the second member does with a commit that the server has taken.
    private func deliver(_ message: [UInt8], in group: GroupID, to device: Messenger) async throws -> [String] {
        await users.world.forceEntry(.commit, message: message, epoch: 1, confirmation: nil, to: group.bytes)
        let reasons = try await device.sync().parked.map(\.reason)
        #expect(await users.world.reports.contains { $0.outcome == .rejected && $0.epoch == 1 })
        await #expect(throws: ClientError(.groupReadOnly, "")) { try await device.encrypt("no", for: group) }
        return reasons
    }

    // Generations: deriving the keys of 2^32 of them would take hours.

    @Test(.timeLimit(.minutes(1))) func aMessageOfTheLastGenerationIsNotRead() async throws {
        let (first, second, group) = try await users.inAGroup()
        let sealed = try await first.encrypt("the first", for: group)
        guard case .sealed(let bytes) = MessageText.decode(sealed),
            case .privateMessage(let message) = try MLSMessage(decoding: bytes)
        else {
            Issue.record("not sealed: \(sealed)")
            return
        }
        let changed = try message.claiming(generation: .max, record: try await record(of: group))
        let text = MessageText.encode(MLSMessage.privateMessage(changed).encoded)
        #expect(try await second.decrypt(text) == .undecryptable(.notAuthentic))
        #expect(try await second.readText(sealed) == "alice: the first")
    }

    @Test(.timeLimit(.minutes(1))) func aCommitOfTheLastGenerationIsRejected() async throws {
        let (_, second, group) = try await users.inAGroup()
        let staged = try await alice.commit(in: group) { request, _ in
            request.authenticatedData = CommitAnnouncement(added: [], removed: []).encoded
        }
        guard case .privateMessage(let message) = staged.message else {
            Issue.record("not private: \(staged.message.wireFormat)")
            return
        }
        let changed = try message.claiming(generation: .max, record: try await record(of: group))
        let reasons = try await deliver(MLSMessage.privateMessage(changed).encoded, in: group, to: second)
        #expect(reasons.count == 1)
        #expect(reasons.first?.contains("\(UInt32.max)") == true)
    }

    // Adding

    /// A KeyPackage that somebody made, and whom it is for.
    private func keyPackage(of user: TestUser) async throws -> KeyPackagePool.Entry {
        _ = try await user.readyDevice()
        let path = StorePath.keyPackages(user.account)
        let pool = try #require(try await user.store.read([path])[path]?.decoded(KeyPackagePool.self))
        return try #require(pool.entries.first)
    }

    /// A commit of the first member's that adds a KeyPackage, as whomever it says.
    private func commit(
        in group: GroupID, adding entry: KeyPackagePool.Entry, as account: AccountAddress
    ) async throws -> [UInt8] {
        try await alice.commit(in: group) { request, _ in
            request.adding = [try KeyPackage(decoding: entry.keyPackage)]
            request.authenticatedData =
                CommitAnnouncement(added: [.init(account: account, keyPackageRef: entry.ref)], removed: []).encoded
        }.message.encoded
    }

    @Test func aNameWithAnotherKeyThanTheAccountsIsNotLetIn() async throws {
        let (_, second, group) = try await users.inAGroup()
        let carol = try TestUser("carol", users.world)
        _ = try await carol.readyDevice()
        let impostor = try await keyPackage(of: TestUser("carol", AuthDeliveryWorld()))
        let message = try await commit(in: group, adding: impostor, as: carol.account)
        let reasons = try await deliver(message, in: group, to: second)
        #expect(reasons == ["\(carol.account) shows a key that is not its identity key"])
    }

    @Test func aNameThatTheServerDoesNotKnowIsNotLetIn() async throws {
        let (_, second, group) = try await users.inAGroup()
        let stranger = try TestUser("mallory", AuthDeliveryWorld())
        let entry = try await keyPackage(of: stranger)
        let message = try await commit(in: group, adding: entry, as: stranger.account)
        let reasons = try await deliver(message, in: group, to: second)
        #expect(reasons == ["\(stranger.account) is not known to the auth-delivery server"])
    }

    @Test func anotherAccountThanTheAnnouncedOneIsNotLetIn() async throws {
        let (_, second, group) = try await users.inAGroup()
        let (carol, dave) = (try TestUser("carol", users.world), try TestUser("dave", users.world))
        _ = try await dave.readyDevice()
        let message = try await commit(in: group, adding: keyPackage(of: carol), as: dave.account)
        let reasons = try await deliver(message, in: group, to: second)
        #expect(reasons == [AnnouncementMismatch().description])
    }

    @Test func aSecondLeafOfAMembersIsNotLetIn() async throws {
        let (_, second, group) = try await users.inAGroup()
        let impostor = try await keyPackage(of: TestUser("bob", AuthDeliveryWorld()))
        let message = try await commit(in: group, adding: impostor, as: bob.account)
        let reasons = try await deliver(message, in: group, to: second)
        #expect(reasons.count == 1)
        #expect(reasons.first?.contains("an account with two leaves") == true)
    }
}
