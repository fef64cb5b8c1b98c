import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Starting a group over as another one (RFC 9420 §11.2).
@Suite struct ReInitTests {
    private static let oldSuite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
    private static let newSuite = CipherSuite.mls128DHKEMP256AES128GCMSHA256P256
    private let reInit = ReInit(
        groupID: [7, 7], version: .mls10, cipherSuite: newSuite, extensions: [.applicationID([1])])

    /// A group that a ReInit ended, and its members as clients of the new suite.
    private func ended(_ names: [String] = ["a", "b", "c"]) throws -> (old: TestGroup, clients: [TestMember]) {
        var group = try TestGroup(names)
        let staged = try group.members[0].commit { $0.reInitializing = reInit }
        try group.deliver(staged.message, from: 0)
        return (group, try names.map { try TestMember($0, Self.newSuite) })
    }

    private func request(_ client: TestMember, _ adding: [KeyPackage]) -> SuccessorRequest {
        SuccessorRequest(
            adding: adding, credential: client.credential, signer: client.signer, capabilities: client.capabilities,
            lifetime: TestMember.lifetime)
    }

    private func welcome(_ staged: StagedCommit) throws -> Welcome {
        guard case .welcome(let welcome)? = staged.welcome else { throw MLSError(.malformed) }
        return welcome
    }

    @Test(arguments: [false, true])
    func theGroupEndsAndAnotherOneBegins(_ byReference: Bool) throws {
        var group = try TestGroup(["a", "b", "c"])
        if byReference {
            try group.propose(1) { try $0.proposeReInit(reInit, framing: $1, signer: $2) }
            // Nobody ends a group unasked.
            #expect(try group.members[0].stage().proposals.isEmpty)
        }
        let last = try group.members[1].encrypt("before")
        let staged = try group.members[0].commit { $0.reInitializing = reInit }
        #expect(staged.proposals.map(\.proposal) == [.reInit(reInit)])
        #expect((staged.proposals[0].reference != nil) == byReference)
        #expect(staged.reInit == reInit)
        let record = try group.members[2].group.epochRecord
        var roster = Roster()
        roster.record(try group.members[2].group)
        try group.deliver(staged.message, from: 0)

        // Another member than the committer makes the new group.
        var clients = try ["a", "b", "c"].map { try TestMember($0, Self.newSuite) }
        let own = try clients.map { try $0.keyPackage() }
        for index in clients.indices {
            #expect(try group.members[index].group.reInit == reInit)
            #expect(
                try group.members[index].group.epochAuthenticator == group.members[0].group.epochAuthenticator)
        }
        let next = try group.members[1].group.stageReInitialized(
            request(clients[1], [own[0].keyPackage, own[2].keyPackage]), policy: TestMember.policy,
            provider: clients[1].provider)
        clients[1].state = next.merged
        for index in [0, 2] {
            clients[index].state = try Group.join(
                welcome(next), keyPackage: own[index].keyPackage, privateKeys: own[index].privateKeys,
                continuing: group.members[index].group, settings: .rederivable, provider: clients[index].provider)
        }
        var new = try TestGroup(["unused"])
        new.members = clients
        try new.expectAgreement()
        let context = try clients[0].group.context
        #expect(context.groupID == [7, 7])
        #expect(context.epoch == 1)
        #expect(context.cipherSuite == Self.newSuite)
        #expect(context.extensions == reInit.extensions)

        // What was said in the old group stays readable.
        #expect(
            try record.decrypt(last, roster: roster, provider: group.members[2].provider).data == Array("before".utf8))
    }

    @Test func aGroupThatIsOverDoesNothing() throws {
        var group = try ended().old
        let joiner = try TestMember("d", Self.oldSuite)
        let states = try group.members.map { try $0.group }
        // A member that has not heard of it sends in the old epoch; one that does not care, in the new one.
        var deaf = states[1]
        deaf.reInit = nil
        let message = try deaf.encrypt([1], generation: 0, signer: group.members[1].signer.privateKey)
        let commit = try deaf.stageCommit(
            CommitRequest(framing: .publicMessage), policy: TestMember.policy,
            signer: group.members[1].signer.privateKey
        ).message
        var state = states[0]
        for hostile in [message, commit] {
            #expect(throws: MLSError(.reInitialized)) { try state.process(hostile) }
        }
        #expect(throws: MLSError(.reInitialized)) { try group.members[0].encrypt("x") }
        #expect(throws: MLSError(.reInitialized)) { try group.members[0].stage() }
        #expect(throws: MLSError(.reInitialized)) { try group.members[0].publishedGroupInfo() }
        #expect(throws: MLSError(.reInitialized)) {
            try group.members[0].propose { try $0.proposeRemove(LeafIndex(1), framing: $1, signer: $2) }
        }
        #expect(throws: MLSError(.reInitialized)) {
            try group.members[0].group.stageBranch(
                request(joiner, []), groupID: [3], policy: TestMember.policy)
        }
        #expect(state == states[0])
        // It is so for whoever loads it, too.
        let stored = try Group(decodingState: states[0].encodedState, providers: CipherSuiteProviders.provider(for:))
        #expect(stored == states[0])
        #expect(stored.reInit == reInit)
    }

    @Test func aReInitStandsAlone() throws {
        var group = try TestGroup(["a", "b"])
        let keyPackage = try TestMember("c", Self.oldSuite).keyPackage().keyPackage
        #expect(throws: MLSError(.invalidProposalList)) {
            try group.members[0].stage(adding: [keyPackage]) { $0.reInitializing = reInit }
        }
        #expect(throws: MLSError(.invalidProposalList)) {
            try group.members[0].stage {
                $0.reInitializing = reInit
                $0.extensions = []
            }
        }
        // What is pending stays behind.
        try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
        #expect(try group.members[0].stage { $0.reInitializing = reInit }.proposals.count == 1)
        var older = reInit
        older.version = ProtocolVersion(rawValue: 0)
        var twice = reInit
        twice.extensions += reInit.extensions
        for bad in [older, twice] {
            #expect(throws: MLSError(.invalidProposal)) { try group.members[0].stage { $0.reInitializing = bad } }
            #expect(throws: MLSError(.invalidProposal)) {
                try group.members[0].propose { try $0.proposeReInit(bad, framing: $1, signer: $2) }
            }
        }
    }

    @Test func newGroupsThatCannotBeMade() throws {
        let (group, clients) = try ended()
        let own = try clients.map { try $0.keyPackage().keyPackage }
        func stage(_ adding: [KeyPackage], in state: Group? = nil, as client: TestMember? = nil) throws {
            let client = client ?? clients[0]
            _ = try (state ?? group.members[0].group).stageReInitialized(
                request(client, adding), policy: TestMember.policy, provider: client.provider)
        }
        try stage([own[1], own[2]])
        // The same members at least (RFC 9420 §12.4.3.1), more are for the application to refuse.
        #expect(throws: MLSError(.invalidGroupInfo)) { try stage([own[1]]) }
        try stage([own[1], own[2], try TestMember("d", Self.newSuite).keyPackage().keyPackage])
        #expect(throws: MLSError(.unsupported)) { try stage([own[1], own[2]], as: group.members[0]) }
        #expect(throws: MLSError(.invalidGroupInfo)) {
            try stage([own[1], own[2]], in: try TestGroup(["a", "b", "c"]).members[0].group)
        }
        var old = group.members[1]
        old.capabilities.cipherSuites.append(Self.newSuite)
        let member = try old.keyPackage().keyPackage
        #expect(throws: MLSError(.invalidKeyPackage)) { try stage([member, own[2]]) }

        var future = try TestGroup(["a"])
        var version = reInit
        version.version = ProtocolVersion(rawValue: 2)
        _ = try future.members[0].commit { $0.reInitializing = version }
        #expect(throws: MLSError(.unsupported)) { try stage([], in: try future.members[0].group) }
    }

    /// Whoever makes the new group is a member, and may be a hostile one.
    @Test func newGroupsThatAreNotTheAnswer() throws {
        let (group, clients) = try ended()
        let own = try clients.map { try $0.keyPackage() }
        let state = try group.members[0].group
        let link = PreSharedKeyID.Key.resumption(usage: .reInit, groupID: state.groupID, epoch: state.epoch)
        func join(
            _ reInit: ReInit, without missing: Int? = nil, continuing previous: Group?,
            using secret: SecretBytes? = nil
        ) throws {
            var hostile = state
            hostile.reInit = reInit
            // The maker does not look at who is missing.
            let adding = own.indices.dropFirst().filter { $0 != missing }.map { own[$0].keyPackage }
            var wanted = request(clients[0], adding)
            wanted.isSameClient = { _, _ in true }
            let staged = try hostile.stageReInitialized(
                wanted, policy: TestMember.policy, provider: clients[0].provider)
            _ = try Group.join(
                welcome(staged), keyPackage: own[1].keyPackage, privateKeys: own[1].privateKeys,
                preSharedKeys: secret.map { [link: $0] } ?? [:], continuing: previous, provider: clients[1].provider)
        }
        let previous = try group.members[1].group
        try join(reInit, continuing: previous)
        var changed = reInit
        changed.groupID = [8]
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(changed, continuing: previous) }
        changed = reInit
        changed.extensions = []
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(changed, continuing: previous) }
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(reInit, without: 2, continuing: previous) }
        // Not of this group, not of this epoch, and not without the group at all.
        #expect(throws: MLSError(.missingKey)) { try join(reInit, continuing: nil, using: state.resumptionPSK) }
        var other = try TestGroup(["a", "b", "c"])
        #expect(throws: MLSError(.invalidGroupInfo)) {
            try join(reInit, continuing: try other.members[1].group)
        }
        other.members[0].state = nil
        try other.members[0].create([9])
        #expect(throws: MLSError(.missingKey)) { try join(reInit, continuing: try other.members[0].group) }
        var stranger = try TestGroup(["a", "b", "c"])
        let ending = try stranger.members[0].commit { $0.reInitializing = reInit }
        try stranger.members[1].receive(ending.message)
        // The same id, epoch and ReInit, and other secrets.
        #expect(throws: MLSError(.authenticationFailed)) {
            try join(reInit, continuing: try stranger.members[1].group)
        }
    }

    /// The link is there, but not in the group's first commit.
    @Test func aWelcomeIntoAnotherEpochThanOne() throws {
        let (group, clients) = try ended(["a", "b"])
        let state = try group.members[0].group
        let link = PreSharedKeyID.Key.resumption(usage: .reInit, groupID: state.groupID, epoch: state.epoch)
        var maker = clients[0]
        try maker.create(reInit.groupID, extensions: reInit.extensions)
        func join(afterCommits count: Int, linked: Bool) throws {
            var maker = maker
            for _ in 0..<count { _ = try maker.commit() }
            let own = try clients[1].keyPackage()
            let staged = try maker.stage(adding: [own.keyPackage]) {
                $0.link = linked ? link : nil
                $0.preSharedKeys = [link: state.resumptionPSK]
            }
            _ = try Group.join(
                welcome(staged), keyPackage: own.keyPackage, privateKeys: own.privateKeys,
                continuing: try group.members[1].group, provider: clients[1].provider)
        }
        try join(afterCommits: 0, linked: true)
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(afterCommits: 1, linked: true) }
        #expect(throws: MLSError(.invalidGroupInfo)) { try join(afterCommits: 0, linked: false) }
    }

    @Test func noOtherCommitTakesInAReInitsKey() throws {
        var group = try TestGroup(["a", "b"])
        let id = PreSharedKeyID.Key.resumption(usage: .reInit, groupID: [1, 2, 3], epoch: 1)
        #expect(throws: MLSError(.invalidProposal)) {
            try group.members[0].stage {
                $0.injecting = [id]
                $0.preSharedKeys = [id: SecretBytes([1])]
            }
        }
    }
}
