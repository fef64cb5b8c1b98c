import CloudMLSAPI
import MLS
import MLSCodec
import Testing

/// Real MLS groups by way of the server: what it delivers can be joined, applied and read.
@Suite struct RealGroupTests {
    @Test func welcomeAndCommitsCarryAGroup() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let (keyPackage, privateKeys) = try bob.keyPackage()
            _ = try await bob.upload([keyPackage])

            let test = try await alice.createGroup()
            var aliceGroup = try alice.mlsGroup(test.groupID)
            let claimed = try await alice.claim([bob.address])
            let adding = try claimed.keyPackages.map { try KeyPackage(decoding: $0.keyPackage.array) }
            let add = try alice.stage(
                in: aliceGroup, generation: 0,
                announcing: CommitAnnouncement(added: try alice.announce(claimed.keyPackages), removed: []),
                adding: adding)
            _ = try await alice.post(try alice.post(add), to: test)
            try aliceGroup.merge(add)

            let welcomes = try await bob.inbox().entries.compactMap(\.welcome)
            let welcome = try #require(welcomes.first)
            guard case .welcome(let message) = try MLSMessage(decoding: welcome.message.array) else {
                Issue.record("not a Welcome")
                return
            }
            var bobGroup = try Group.join(
                message, keyPackage: keyPackage, privateKeys: privateKeys, settings: .rederivable,
                provider: bob.provider)
            #expect(bobGroup.epoch == welcome.epoch)
            #expect(bobGroup.epochAuthenticator == aliceGroup.epochAuthenticator)

            let update = try bob.stage(
                in: bobGroup, generation: 0, announcing: CommitAnnouncement(added: [], removed: []))
            let result = try await bob.post(try bob.post(update), to: test)
            try bobGroup.merge(update)
            let entry = try #require(try await alice.inbox(after: 1).entries.first?.log)
            #expect(entry.sequence == result.sequence)
            guard
                case .commit(let staged) = try aliceGroup.process(try MLSMessage(decoding: entry.message.array))
            else {
                Issue.record("not a commit")
                return
            }
            try aliceGroup.merge(staged)
            #expect(aliceGroup.epochAuthenticator == bobGroup.epochAuthenticator)
            #expect(entry.confirmation?.array == (try hash(aliceGroup.epochAuthenticator.bytes)))
            #expect(entry.epoch + 1 == aliceGroup.epoch)
        }
    }
}

extension TestMember {
    fileprivate func mlsGroup(_ groupID: [UInt8]) throws -> Group {
        try Group.create(
            groupID: groupID, provider: provider, credential: .basic(identity: Array(address.description.utf8)),
            signer: signer, capabilities: capabilities,
            lifetime: Lifetime(from: TestClock().now, duration: 30 * 86_400), settings: .rederivable)
    }

    fileprivate func stage(
        in group: Group, generation: UInt32, announcing announcement: CommitAnnouncement, adding: [KeyPackage] = []
    ) throws -> StagedCommit {
        try group.stageCommit(
            CommitRequest(
                adding: adding, authenticatedData: announcement.encoded,
                framing: .privateMessage(generation: generation)),
            policy: LifetimePolicy(now: TestClock().now), signer: signer.privateKey)
    }

    fileprivate func post(_ staged: StagedCommit) throws -> CommitPost {
        CommitPost(
            account: address, epoch: staged.merged.epoch - 1, commit: Bytes(staged.message.encoded),
            welcome: staged.welcome.map { Bytes($0.encoded) },
            confirmation: Bytes(try hash(staged.merged.epochAuthenticator.bytes)))
    }
}
