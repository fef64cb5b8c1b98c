import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Proposals of types that the application defines (RFC 9420 §12.1, §12.2, §17.4).
@Suite struct CustomProposalTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
    /// One for each answer to "Path Required"; the second one is for external senders too.
    private static let withPath = CustomProposalType(ProposalType(rawValue: 0xf001))
    private static let withoutPath = CustomProposalType(
        ProposalType(rawValue: 0xf002), requiresPath: false, isAllowedForExternalSenders: true)
    private static let settings = GroupSettings(
        retention: .rederivable, rules: GroupRules(customProposals: [withPath, withoutPath]))
    private static let types = [withPath.type, withoutPath.type]

    private func group(_ names: [String] = ["a", "b", "c"], extensions: [Extension] = []) throws -> TestGroup {
        try TestGroup(names, extensions: extensions, proposals: Self.types, settings: Self.settings)
    }

    private func custom(_ type: CustomProposalType, _ content: [UInt8] = [1, 2, 3]) throws -> CustomProposal {
        try CustomProposal(type: type.type, content: content)
    }

    /// What a hostile member, or one with another application, sends: signed, but for commits not tagged.
    private func send(_ body: FramedContent.Body, as member: TestMember) throws -> MLSMessage {
        var signed = try member.group.sign(
            body, as: .publicMessage, authenticatedData: [], signer: member.signer.privateKey)
        if body.type == .commit { signed.auth.confirmationTag = [UInt8](repeating: 0, count: 32) }
        return try member.group.protect(signed, framing: .publicMessage)
    }

    private func refuse(
        _ code: MLSError.Code, _ message: MLSMessage, by member: TestMember,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var state = try member.group
        #expect(throws: MLSError(code), sourceLocation: sourceLocation) { try state.process(message) }
        #expect(try state == member.group, sourceLocation: sourceLocation)
    }

    @Test func theyHaveALengthAndNoTypeOfMLS() throws {
        let proposal = Proposal.custom(try custom(Self.withPath))
        #expect(proposal.encoded == [0xf0, 1, 3, 1, 2, 3])
        #expect(try Proposal(decoding: proposal.encoded) == proposal)
        for length in 0..<proposal.encoded.count {
            #expect(throws: CodecError.self) { try Proposal(decoding: Array(proposal.encoded.prefix(length))) }
        }
        for type in (1...7).map({ ProposalType(rawValue: $0) }) + [.selfRemove] {
            #expect(throws: MLSError(.unsupported)) { try CustomProposal(type: type, content: []) }
        }
    }

    @Test(arguments: [false, true])
    func membersCommitThem(_ isPublic: Bool) throws {
        var group = try group()
        let (first, second) = (try custom(Self.withoutPath), try custom(Self.withoutPath, []))
        try group.propose(1, public: isPublic) { try $0.proposeCustom(first, framing: $1, signer: $2) }
        let before = try group.members[2].group
        // By reference and by value.
        let staged = try group.members[0].commit(public: isPublic) { $0.proposing = [second] }
        #expect(staged.proposals.map(\.proposal) == [.custom(first), .custom(second)])
        #expect(staged.proposals.map(\.sender) == [.member(LeafIndex(1)), .member(LeafIndex(0))])
        #expect(staged.updated.isEmpty)
        guard case .commit(let received) = try group.members[2].receive(staged.message) else {
            Issue.record("not a commit")
            return
        }
        #expect(received.proposals == staged.proposals)
        try group.members[1].receive(staged.message)
        try group.expectAgreement()
        // To MLS they are nothing but an epoch (RFC 9420 §12.3).
        #expect(try group.members[2].group.members == before.members)
        #expect(try group.members[2].group.extensions == before.extensions)
    }

    @Test func theApplicationSaysWhetherThereIsAPath() throws {
        var group = try group()
        for (type, hasPath) in [(Self.withPath, true), (Self.withoutPath, false)] {
            let known = try custom(type)
            let staged = try group.members[0].stage { $0.proposing = [known] }
            #expect(staged.updated.map(\.leafIndex) == (hasPath ? [LeafIndex(0)] : []))
        }
        try group.propose(1) { try $0.proposeCustom(try custom(Self.withPath), framing: $1, signer: $2) }
        let committed = try group.members[0].commit()
        #expect(committed.updated.map(\.leafIndex) == [LeafIndex(0)])
        try group.deliver(committed.message, from: 0)
        try group.expectAgreement()
        let commit = Commit(proposals: [.proposal(.custom(try custom(Self.withPath)))], path: nil)
        try refuse(.invalidCommit, try send(.commit(commit), as: group.members[1]), by: group.members[0])
        // Nobody makes MLS's own types another thing.
        var settings = Self.settings
        settings.rules.customProposals = [CustomProposalType(.remove, requiresPath: false)]
        let other = try TestGroup(["a", "b", "c"], settings: settings)
        let removal = Commit(proposals: [.proposal(.remove(LeafIndex(2)))], path: nil)
        try refuse(.invalidCommit, try send(.commit(removal), as: other.members[1]), by: other.members[0])
    }

    @Test func typesThatTheApplicationDoesNotKnow() throws {
        let known = try custom(Self.withoutPath)
        var group = try group()
        // Its leaf lists them, for whatever reason.
        var joiner = try TestMember("d", Self.suite)
        joiner.capabilities.proposals = Self.types
        let own = try joiner.keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        try group.deliver(staged.message, from: 0)
        try joiner.join(staged, with: own)
        #expect(throws: MLSError(.invalidProposal)) {
            try joiner.propose { try $0.proposeCustom(known, framing: $1, signer: $2) }
        }
        #expect(throws: MLSError(.invalidProposal)) { try joiner.stage { $0.proposing = [known] } }
        let message = try group.members[0].propose { try $0.proposeCustom(known, framing: $1, signer: $2) }
        try refuse(.invalidProposal, message, by: joiner)
        let commit = try group.members[1].stage {
            $0.proposing = [known]
            $0.forcesPath = true
        }
        try refuse(.invalidProposal, commit.message, by: joiner)
    }

    @Test func allWhoStayMustSupportTheType() throws {
        let known = try custom(Self.withoutPath)
        var group = try TestGroup(["a", "b", "c"], proposals: [Self.withPath.type], settings: Self.settings)
        #expect(throws: MLSError(.invalidProposal)) {
            try group.members[0].propose { try $0.proposeCustom(known, framing: $1, signer: $2) }
        }
        #expect(throws: MLSError(.invalidProposal)) { try group.members[0].stage { $0.proposing = [known] } }
        let commit = Commit(proposals: [.proposal(.custom(known))], path: nil)
        try refuse(.invalidProposal, try send(.commit(commit), as: group.members[1]), by: group.members[0])

        // Whoever is removed or added with it need not (§12.2).
        group = try self.group(["a", "b"])
        let old = try TestMember("c", Self.suite).keyPackage()
        let added = try group.members[0].commit(adding: [old.keyPackage]) { $0.proposing = [known] }
        try group.deliver(added.message, from: 0)
        try group.expectAgreement()
        // What comes while somebody does not, waits for that one to go.
        let early = try send(.proposal(.custom(known)), as: group.members[1])
        try group.members[0].receive(early)
        #expect(try group.members[0].stage().proposals.isEmpty)
        var later = group.members[1]
        try later.receive(try send(.proposal(.custom(known)), as: group.members[0]))
        let removed = try group.members[0].commit(removing: [LeafIndex(2)])
        #expect(removed.proposals.map(\.proposal) == [.custom(known), .remove(LeafIndex(2))])
    }

    /// Values that mean nothing are nobody's to define, whatever lists them (§13.5).
    @Test func valuesThatMeanNothing() throws {
        let types = Grease.values.map { ProposalType(rawValue: $0) }
        var settings = Self.settings
        settings.rules.customProposals = types.map { CustomProposalType($0, requiresPath: false) }
        var group = try TestGroup(["a", "b"], proposals: types, settings: settings)
        let leafNode = try #require(try group.members[1].group.member(at: LeafIndex(1))).leafNode
        for type in types {
            let meaningless = try CustomProposal(type: type, content: [])
            #expect(throws: MLSError(.invalidProposal)) {
                try group.members[0].propose { try $0.proposeCustom(meaningless, framing: $1, signer: $2) }
            }
            #expect(throws: MLSError(.invalidProposal)) { try group.members[0].stage { $0.proposing = [meaningless] } }
            for body in [
                FramedContent.Body.proposal(.custom(meaningless)),
                .commit(
                    Commit(
                        proposals: [.proposal(.custom(meaningless))], path: UpdatePath(leafNode: leafNode, nodes: []))),
            ] {
                try refuse(.invalidProposal, try send(body, as: group.members[1]), by: group.members[0])
            }
        }
    }

    @Test func externalSendersProposeWhatIsForThem() throws {
        let sender = try TestMember("x", Self.suite)
        var group = try group(
            ["a", "b"],
            extensions: [
                .externalSenders([
                    ExternalSender(signatureKey: sender.signer.publicKey, credential: sender.credential)
                ])
            ])
        let state = try group.members[0].group
        func message(_ type: CustomProposalType) throws -> MLSMessage {
            try MLSMessage.externalProposal(
                .custom(try custom(type)), groupID: state.groupID, epoch: state.epoch, senderIndex: 0,
                signer: sender.signer.privateKey, provider: state.provider)
        }
        try refuse(.malformed, try message(Self.withPath), by: group.members[0])
        for index in group.members.indices { try group.members[index].receive(try message(Self.withoutPath)) }
        let staged = try group.members[0].commit()
        #expect(staged.proposals.map(\.sender) == [.external(senderIndex: 0)])
        try group.deliver(staged.message, from: 0)
        try group.expectAgreement()
    }

    /// An application that needs one requires it of all members (§11.1).
    @Test func theyAreRequired() throws {
        let required = Extension.requiredCapabilities(RequiredCapabilities(proposalTypes: Self.types))
        var group = try group(["a", "b"], extensions: [required])
        let without = try TestMember("c", Self.suite).keyPackage()
        #expect(throws: MLSError(.invalidLeafNode)) { try group.members[0].stage(adding: [without.keyPackage]) }
    }

    /// A stored group remembers what is pending, and is told anew which types are known.
    @Test func storedGroupsGoOn() throws {
        var group = try group(["a", "b"])
        let known = try custom(Self.withoutPath)
        try group.propose(0) { try $0.proposeCustom(known, framing: $1, signer: $2) }
        let staged = try group.members[0].commit { $0.proposing = [known] }
        let stored = try group.members[1].group.encodedState
        let loaded = try Group(
            decodingState: stored, rules: Self.settings.rules, providers: CipherSuiteProviders.provider(for:))
        #expect(loaded.pendingProposals.map(\.proposal) == [.custom(known)])
        group.members[1].state = loaded
        try group.members[1].receive(staged.message)
        try group.expectAgreement()
    }
}
