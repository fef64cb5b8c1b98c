import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Proposals from outside the group (RFC 9420 §12.1.8).
@Suite struct ExternalProposalTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
    /// Two clients that the group's `external_senders` name, in this order.
    private let senders: [TestMember]
    private let extensions: [Extension]

    init() throws {
        senders = try ["x", "y"].map { try TestMember($0, Self.suite) }
        extensions = [
            .externalSenders(
                senders.map { ExternalSender(signatureKey: $0.signer.publicKey, credential: $0.credential) })
        ]
    }

    private func propose(
        _ proposal: Proposal, to group: TestGroup, as index: Int = 1, place: UInt32? = nil
    ) throws -> MLSMessage {
        let state = try group.members[0].group
        return try MLSMessage.externalProposal(
            proposal, groupID: state.groupID, epoch: state.epoch, senderIndex: place ?? UInt32(index),
            signer: senders[index].signer.privateKey, authenticatedData: [4], provider: state.provider)
    }

    private func pending(_ processed: ProcessedMessage) throws -> PendingProposal {
        guard case .proposal(let pending) = processed else { throw MLSError(.malformed) }
        return pending
    }

    @Test(arguments: TestMember.suites)
    func externalSendersAddAndRemove(_ suite: CipherSuite) throws {
        let sender = try TestMember("x", suite)
        let known = [
            Extension.externalSenders([
                ExternalSender(signatureKey: sender.signer.publicKey, credential: sender.credential)
            ])
        ]
        var group = try TestGroup(["a", "b", "c"], suite, extensions: known)
        #expect(try group.members[0].group.context.externalSenders().map(\.credential) == [sender.credential])
        var joiner = try TestMember("d", suite)
        let own = try joiner.keyPackage()
        for proposal in [Proposal.remove(LeafIndex(2)), .add(own.keyPackage)] {
            let state = try group.members[0].group
            let message = try MLSMessage.externalProposal(
                proposal, groupID: state.groupID, epoch: state.epoch, senderIndex: 0,
                signer: sender.signer.privateKey, authenticatedData: [4], provider: state.provider)
            for index in group.members.indices {
                let pending = try pending(try group.members[index].receive(message))
                #expect(pending.sender == .external(senderIndex: 0))
                #expect(pending.authenticatedData == [4])
                #expect(pending.proposal == proposal)
            }
        }
        let staged = try group.members[1].commit()
        #expect(staged.proposals.map(\.sender) == [.external(senderIndex: 0), .external(senderIndex: 0)])
        #expect(staged.proposals.allSatisfy { $0.reference != nil })
        try group.deliver(staged.message, from: 1)
        #expect(try group.members[2].group.isRemoved)
        try joiner.join(staged, with: own)
        group.members[2] = joiner
        try group.expectAgreement()
    }

    @Test func externalSendersProposeKeysAndExtensions() throws {
        var group = try TestGroup(["a", "b"], extensions: extensions)
        let id = PreSharedKeyID(key: .external(id: [1]), nonce: [UInt8](repeating: 3, count: 32))
        try group.members[0].receive(try propose(.preSharedKey(id), to: group))
        try group.members[0].receive(try propose(.groupContextExtensions([]), to: group))
        let staged = try group.members[0].stage { $0.preSharedKeys = [id.key: SecretBytes([5])] }
        #expect(staged.merged.extensions.isEmpty)
        #expect(staged.proposals.count == 2)
        #expect(try group.members[0].stage().proposals.count == 1)
    }

    @Test func whatExternalSendersMustNotPropose() throws {
        let group = try TestGroup(["a", "b"], extensions: extensions)
        let state = try group.members[0].group
        let leaf = try #require(state.member(at: LeafIndex(1))).leafNode
        for proposal in [Proposal.update(leaf), .externalInit(kemOutput: [1]), .selfRemove] {
            #expect(throws: MLSError(.malformed)) { try propose(proposal, to: group) }
            // Signed nevertheless.
            let signed = try AuthenticatedContent.signed(
                FramedContent(
                    groupID: state.groupID, epoch: state.epoch, sender: .external(senderIndex: 1),
                    authenticatedData: [], body: .proposal(proposal)),
                as: .publicMessage, groupContext: [], with: senders[1].signer.privateKey, provider: state.provider)
            var victim = state
            #expect(throws: MLSError(.malformed)) {
                try victim.process(
                    .publicMessage(PublicMessage(content: signed.content, auth: signed.auth, membershipTag: nil)))
            }
        }
        // What is wrong with a member's proposal is wrong with theirs.
        try refuse(.invalidProposal, propose(.remove(LeafIndex(2)), to: group), by: state)
        let id = PreSharedKeyID(key: .external(id: [1]), nonce: [1])
        try refuse(.invalidProposal, propose(.preSharedKey(id), to: group), by: state)
        let old = ReInit(
            groupID: [1], version: ProtocolVersion(rawValue: 0), cipherSuite: state.cipherSuite, extensions: [])
        try refuse(.invalidProposal, propose(.reInit(old), to: group), by: state)
    }

    private func refuse(
        _ code: MLSError.Code, _ message: MLSMessage, by state: Group, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var victim = state
        #expect(throws: MLSError(code), sourceLocation: sourceLocation) { try victim.process(message) }
        #expect(victim == state, sourceLocation: sourceLocation)
    }

    @Test func onlyThoseInTheExtensionArePreSharedWith() throws {
        let group = try TestGroup(["a", "b"], extensions: extensions)
        let state = try group.members[0].group
        let removal = Proposal.remove(LeafIndex(1))
        var victim = state
        _ = try victim.process(try propose(removal, to: group))
        refuse(.authenticationFailed, try propose(removal, to: group, as: 0, place: 1), by: state)
        refuse(.unknownMember, try propose(removal, to: group, place: 2), by: state)
        refuse(.unknownMember, try propose(removal, to: group, place: .max), by: state)

        let closed = try TestGroup(["a", "b"])
        refuse(.unknownMember, try propose(removal, to: closed), by: try closed.members[0].group)

        guard case .publicMessage(var message) = try propose(removal, to: group) else {
            Issue.record("not a PublicMessage")
            return
        }
        message.membershipTag = [1]
        refuse(.malformed, .publicMessage(message), by: state)
        message.membershipTag = nil
        message.content.epoch += 1
        refuse(.wrongEpoch, .publicMessage(message), by: state)
        message.content.epoch -= 1
        message.content.authenticatedData = []
        refuse(.authenticationFailed, .publicMessage(message), by: state)
    }

    @Test func aNewMemberIsAddedByWhoAdmitsIt() throws {
        var group = try TestGroup(["a", "b"])
        var joiner = try TestMember("c", Self.suite)
        let own = try joiner.keyPackage()
        let state = try group.members[0].group
        let message = try MLSMessage.newMemberProposal(
            own.keyPackage, groupID: state.groupID, epoch: state.epoch, signer: joiner.signer.privateKey,
            provider: state.provider)
        for index in group.members.indices {
            #expect(try pending(try group.members[index].receive(message)).sender == .newMemberProposal)
        }
        // Nobody is let in unasked.
        #expect(try group.members[0].stage().proposals.isEmpty)
        let reference = try #require(try group.members[0].group.pendingProposals.first).reference
        let staged = try group.members[0].commit { $0.admitting = [reference] }
        #expect(staged.proposals.map(\.reference) == [reference])
        #expect(staged.proposals.map(\.sender) == [.newMemberProposal])
        try group.deliver(staged.message, from: 0)
        try joiner.join(staged, with: own)
        group.members.append(joiner)
        try group.expectAgreement()
    }

    @Test func newMembersProposeThemselvesAndNothingElse() throws {
        let group = try TestGroup(["a", "b"])
        let state = try group.members[0].group
        let joiner = try TestMember("c", Self.suite)
        let other = try TestMember("d", Self.suite)
        let keyPackage = try joiner.keyPackage().keyPackage
        func send(_ proposal: Proposal, signer: SignaturePrivateKey, epoch: UInt64? = nil) throws -> MLSMessage {
            let signed = try AuthenticatedContent.signed(
                FramedContent(
                    groupID: state.groupID, epoch: epoch ?? state.epoch, sender: .newMemberProposal,
                    authenticatedData: [], body: .proposal(proposal)),
                as: .publicMessage, groupContext: [], with: signer, provider: state.provider)
            return .publicMessage(PublicMessage(content: signed.content, auth: signed.auth, membershipTag: nil))
        }
        refuse(.authenticationFailed, try send(.add(keyPackage), signer: other.signer.privateKey), by: state)
        refuse(.malformed, try send(.remove(LeafIndex(1)), signer: joiner.signer.privateKey), by: state)
        refuse(.malformed, try send(.groupContextExtensions([]), signer: joiner.signer.privateKey), by: state)
        refuse(.wrongEpoch, try send(.add(keyPackage), signer: joiner.signer.privateKey, epoch: 9), by: state)
        var forged = keyPackage
        forged.signature = []
        refuse(.authenticationFailed, try send(.add(forged), signer: joiner.signer.privateKey), by: state)
        let foreign = try TestMember("c", CipherSuite(rawValue: 3)).keyPackage().keyPackage
        refuse(.authenticationFailed, try send(.add(foreign), signer: joiner.signer.privateKey), by: state)
    }

    /// What is pending from outside survives in the stored form.
    @Test func pendingProposalsAreStored() throws {
        var group = try TestGroup(["a", "b"], extensions: extensions)
        let message = try propose(.remove(LeafIndex(1)), to: group)
        try group.members[0].receive(message)
        let state = try group.members[0].group
        #expect(state.encodedState.first == 2)
        let reloaded = try Group(decodingState: state.encodedState, providers: CipherSuiteProviders.provider(for:))
        #expect(reloaded == state)
        #expect(reloaded.pendingProposals == state.pendingProposals)
        group.members[0].state = reloaded
        try group.members[1].receive(message)
        let staged = try group.members[0].commit()
        #expect(staged.merged.encodedState.first == 1)
        try group.members[1].receive(staged.message)
        #expect(try group.members[1].group.isRemoved)
    }

    /// Anybody can propose to be added, and nobody can fill the group's memory so.
    @Test func soManyNewMembersCanWait() throws {
        #expect(GroupRules().newMemberProposalLimit == 100)
        let rules = GroupRules(newMemberProposalLimit: 2)
        var group = try TestGroup(["a", "b"], settings: GroupSettings(retention: .rederivable, rules: rules))
        func message(_ name: String) throws -> MLSMessage {
            let client = try TestMember(name, Self.suite)
            let state = try group.members[0].group
            return try MLSMessage.newMemberProposal(
                try client.keyPackage().keyPackage, groupID: state.groupID, epoch: state.epoch,
                signer: client.signer.privateKey, provider: client.provider)
        }
        for name in ["c", "d"] { try group.members[0].receive(try message(name)) }
        let full = try group.members[0].group
        let another = try message("e")
        refuse(.tooManyProposals, another, by: full)
        // Members' own are not among them, and a new epoch has room again.
        try group.propose(1) { try $0.proposeUpdate(framing: $1, signer: $2) }
        let commit = try group.members[0].commit()
        try group.deliver(commit.message, from: 0)
        try group.members[0].receive(try message("e"))
    }
}
