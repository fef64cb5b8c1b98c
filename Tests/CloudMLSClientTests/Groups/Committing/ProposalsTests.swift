import CloudMLSAPI
import CloudMLSClient
import MLS
import MLSCodec
import Testing

/// Proposals that others sent are committed by whoever sends next (RFC 9420 §12.4).
@Suite struct ProposalsTests {
    private func pair() async throws -> (TestUser, TestUser, Messenger, Messenger, GroupID) {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        return (alice, bob, first, second, group)
    }

    /// Lets a user propose something: into its head first, then out.
    private func propose(
        as user: TestUser, in id: GroupID, generation: UInt32 = 50_000,
        _ make: (inout MLS.Group, HandshakeFraming, SignaturePrivateKey) throws -> MLSMessage
    ) async throws {
        let value = try #require(await user.store.read([StorePath.head(id)])[StorePath.head(id)])
        var head = try #require(try value.decoded(GroupHead.self))
        var group = try GroupSnapshot.decode(head.state)
        let secrets = try await AccountService(services: user.services()).secrets(of: user.account)
        let signer = try #require(secrets.pair(for: group.cipherSuite))
        let message = try make(&group, .privateMessage(generation: generation), signer.privateKey)
        head.state = group.encodedState
        let outcome = await user.store.write([
            SealedWrite(path: StorePath.head(id), ifRevision: value.revision, body: head.encoded)
        ])
        #expect(outcome == .written([value.revision + 1]))
        _ = try await user.world.post(
            ProposalPost(account: user.account, epoch: group.epoch, proposal: Bytes(message.encoded)), to: id.bytes,
            user: user.name)
    }

    @Test func anUpdateIsCommittedByTheNextSender() async throws {
        let (alice, _, first, second, group) = try await pair()
        let before = try await alice.leafKey(in: group)
        try await propose(as: alice, in: group) { state, framing, signer in
            try state.proposeUpdate(framing: framing, signer: signer)
        }
        let sealed = try await second.encrypt("with your new key", for: group)
        try await first.sync()
        #expect(try await first.readText(sealed) == "bob: with your new key")
        #expect(try await alice.leafKey(in: group) != before)
        let answer = try await first.encrypt("thanks", for: group)
        #expect(try await second.readText(answer) == "alice: thanks")
    }

    /// Proposed twice, as after an end between two steps, the later one counts.
    @Test func aProposedRefreshIsCommittedByTheNextSender() async throws {
        let (alice, _, first, second, group) = try await pair()
        let before = try await alice.leafKey(in: group)
        for _ in 0..<2 { try await first.proposeRefresh(group) }
        let unread = try await first.encrypt("still with the old ones", for: group)
        #expect(try await alice.leafKey(in: group) == before)
        let sealed = try await second.encrypt("with your new key", for: group)
        #expect(try await second.readText(unread) == "alice: still with the old ones")
        try await first.sync()
        #expect(try await first.readText(sealed) == "bob: with your new key")
        #expect(try await alice.leafKey(in: group) != before)
        let answer = try await first.encrypt("thanks", for: group)
        #expect(try await second.readText(answer) == "alice: thanks")
    }

    @Test func aProposalThatTheServerRefusesInACommitIsLeftOut() async throws {
        let (alice, _, first, second, group) = try await pair()
        // A KeyPackage that nobody claimed: the server does not take a commit that adds it.
        let stranger = try TestUser("mallory", AuthDeliveryWorld())
        _ = try await stranger.readyDevice()
        let path = StorePath.keyPackages(stranger.account)
        let pool = try #require(try await stranger.store.read([path])[path]?.decoded(KeyPackagePool.self))
        let entry = try #require(pool.entries.first)
        try await propose(as: alice, in: group) { state, framing, signer in
            try state.proposeAdd(
                KeyPackage(decoding: entry.keyPackage), policy: LifetimePolicy(now: alice.clock.now),
                framing: framing, signer: signer)
        }
        let sealed = try await second.encrypt("without Mallory", for: group)
        #expect(try await first.readText(sealed) == "bob: without Mallory")
        #expect(try await second.members(of: group).count == 2)
    }

    @Test func aProposalThatTakesTheGroupAwayFromItsChatIsLeftOut() async throws {
        let (alice, bob, first, second, group) = try await pair()
        try await propose(as: alice, in: group) { state, framing, signer in
            try state.proposeExtensions([], framing: framing, signer: signer)
        }
        try await second.refresh(group)
        let stored = try await GroupSnapshot.load(group, from: bob.services().objects)
        #expect(stored.group?.epoch == 2)
        #expect(ChatExtension(in: try #require(stored.group).extensions)?.chat == "lunch")
        let sealed = try await second.encrypt("still about lunch", for: group)
        try await first.sync()
        #expect(try await first.readText(sealed) == "bob: still about lunch")
    }

    @Test func anEpochWhoseGenerationsAreUsedUpIsEndedByACommit() async throws {
        let (alice, _, first, second, group) = try await pair()
        let path = StorePath.generations(1, of: group)
        let full = GenerationCounts(application: GenerationCounts.limit, handshake: 0)
        let revision = await alice.store.read([path])[path]?.revision ?? 0
        _ = await alice.store.write([SealedWrite(path: path, ifRevision: revision, body: full.encoded)])
        let sealed = try await first.encrypt("next epoch", for: group)
        try await second.sync()
        guard case .sealed(let message) = try await second.decrypt(sealed) else {
            Issue.record("not readable")
            return
        }
        #expect(message.epoch == 2)
    }

    @Test func aServerThatNumbersAnewIsFollowed() async throws {
        let (alice, _, first, second, group) = try await pair()
        try await first.refresh(group)
        await alice.world.changeIncarnation()
        try await first.refresh(group)
        let report = try await second.sync()
        #expect(report.parked.isEmpty)
        let sealed = try await second.encrypt("still in step", for: group)
        #expect(try await first.readText(sealed) == "bob: still in step")
    }
}

extension TestUser {
    /// The encryption key of the own leaf.
    func leafKey(in id: GroupID) async throws -> [UInt8] {
        let snapshot = try await GroupSnapshot.load(id, from: services().objects)
        let group = try #require(snapshot.group)
        return try #require(group.member(at: group.ownLeafIndex)).leafNode.encryptionKey.bytes
    }
}

extension AuthDeliveryWorld {
    func changeIncarnation() { incarnation = [UInt8](repeating: 2, count: 16) }
}
