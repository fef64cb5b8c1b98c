import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Members that leave by themselves (draft-ietf-mls-extensions, SelfRemove).
@Suite struct SelfRemoveTests {
    private static let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519

    private func group(_ names: [String] = ["a", "b", "c"], _ suite: CipherSuite = suite) throws -> TestGroup {
        try TestGroup(names, suite, proposals: [.selfRemove])
    }

    private func joiner(_ suite: CipherSuite = suite) throws -> TestMember {
        var joiner = try TestMember("d", suite)
        joiner.capabilities.proposals = [.selfRemove]
        return joiner
    }

    /// A member leaves; nobody has heard of it yet.
    private func leave(_ index: Int, _ group: inout TestGroup) throws -> MLSMessage {
        try group.members[index].propose { try $0.proposeSelfRemove(signer: $2) }
    }

    /// A message of any content by a member.
    private func send(
        _ body: FramedContent.Body, as member: TestMember, _ framing: HandshakeFraming = .publicMessage,
        _ wireFormat: WireFormat = .publicMessage
    ) throws -> MLSMessage {
        var signed = try member.group.sign(
            body, as: wireFormat, authenticatedData: [], signer: member.signer.privateKey)
        if body.type == .commit { signed.auth.confirmationTag = [UInt8](repeating: 0, count: 32) }
        return try member.group.protect(signed, framing: framing)
    }

    @Test(arguments: TestMember.suites)
    func aMemberCommitsIt(_ suite: CipherSuite) throws {
        var group = try group(["a", "b", "c"], suite)
        let message = try leave(1, &group)
        try group.deliver(message, from: 1)
        // Who leaves does not commit that itself.
        #expect(try group.members[1].stage().proposals.isEmpty)
        let staged = try group.members[0].commit()
        #expect(staged.proposals.map(\.proposal) == [.selfRemove])
        #expect(staged.proposals.map(\.sender) == [.member(LeafIndex(1))])
        #expect(staged.removed.map(\.leafIndex) == [LeafIndex(1)])
        try group.deliver(staged.message, from: 0)
        #expect(try group.members[1].group.isRemoved)
        group.members.remove(at: 1)
        try group.expectAgreement()
    }

    @Test(arguments: TestMember.suites)
    func aJoinerCommitsIt(_ suite: CipherSuite) throws {
        var group = try group(["a", "b", "c"], suite)
        let message = try leave(1, &group)
        try group.deliver(message, from: 1)
        var joiner = try joiner(suite)
        let staged = try joiner.joinExternally(try group.members[0].publishedGroupInfo()) {
            $0.selfRemoves = [message]
        }
        #expect(staged.sender == LeafIndex(1))
        #expect(staged.removed.map(\.leafIndex) == [LeafIndex(1)])
        for index in group.members.indices { try group.members[index].receive(staged.message) }
        #expect(try group.members[1].group.isRemoved)
        group.members[1] = joiner
        try group.expectAgreement()
    }

    /// One leaves, and another one comes back in the same commit.
    @Test func besideAFormerSelf() throws {
        var group = try group(["a", "b", "c", "d"])
        let message = try leave(1, &group)
        try group.deliver(message, from: 1)
        var back = group.members[3]
        let staged = try back.joinExternally(try group.members[0].publishedGroupInfo(), replacing: LeafIndex(3)) {
            $0.selfRemoves = [message]
        }
        #expect(Set(staged.removed.map(\.leafIndex)) == [LeafIndex(1), LeafIndex(3)])
        for index in [0, 2] { try group.members[index].receive(staged.message) }
        group.members[3] = back
        group.members.remove(at: 1)
        try group.expectAgreement()
    }

    @Test func whoHasNotHeardOfItCannotFollow() throws {
        var group = try group()
        let message = try leave(1, &group)
        let staged = try joiner().stageExternalJoin(try group.members[0].publishedGroupInfo()) {
            $0.selfRemoves = [message]
        }
        #expect(throws: MLSError(.unknownProposal)) { try group.members[0].receive(staged.message) }
        try group.members[0].receive(message)
        try group.members[0].receive(staged.message)
    }

    @Test func groupsThatCannot() throws {
        var group = try group(["a", "b"])
        let other = try TestMember("c", Self.suite)
        let own = try other.keyPackage()
        let staged = try group.members[0].commit(adding: [own.keyPackage])
        try group.deliver(staged.message, from: 0)
        #expect(throws: MLSError(.invalidProposal)) { try leave(1, &group) }
        let message = try send(.proposal(.selfRemove), as: group.members[1])
        #expect(throws: MLSError(.invalidProposal)) { try group.members[0].receive(message) }
        #expect(throws: MLSError(.invalidProposal)) {
            try joiner().stageExternalJoin(try group.members[0].publishedGroupInfo()) { $0.selfRemoves = [message] }
        }
    }

    @Test func whatIsNoSelfRemove() throws {
        var group = try group()
        let encrypted = try send(
            .proposal(.selfRemove), as: group.members[1], .privateMessage(generation: 0), .privateMessage)
        #expect(throws: MLSError(.malformed)) { try group.members[0].receive(encrypted) }
        #expect(try group.members[0].group.pendingProposals.isEmpty)
        _ = try leave(1, &group)
        #expect(throws: MLSError(.invalidProposal)) { try leave(1, &group) }
    }

    @Test func commitsThatMisuseIt() throws {
        var group = try group()
        try group.deliver(try leave(1, &group), from: 1)
        let reference = try #require(try group.members[0].group.pendingProposals.first).reference
        func expect(_ items: [ProposalOrRef], from sender: Int) throws {
            let message = try send(.commit(Commit(proposals: items, path: nil)), as: group.members[sender])
            #expect(throws: MLSError(.invalidProposalList)) { try group.members[0].receive(message) }
        }
        try expect([.proposal(.selfRemove)], from: 2)
        try expect([.reference(reference)], from: 1)
        try expect([.reference(reference), .reference(reference)], from: 2)
        try expect([.reference(reference), .proposal(.remove(LeafIndex(1)))], from: 2)
    }

    @Test func itComesBeforeARemove() throws {
        var group = try group()
        try group.propose(2) { try $0.proposeRemove(LeafIndex(1), framing: $1, signer: $2) }
        try group.deliver(try leave(1, &group), from: 1)
        for removing in [[], [LeafIndex(1)]] {
            #expect(try group.members[0].stage(removing: removing).proposals.map(\.proposal) == [.selfRemove])
        }
        let staged = try group.members[0].commit(removing: [LeafIndex(1)])
        try group.deliver(staged.message, from: 0)
        group.members.remove(at: 1)
        try group.expectAgreement()
    }

    @Test func whatAJoinerDoesNotCommit() throws {
        var group = try group()
        let info = try group.members[0].publishedGroupInfo()
        let joiner = try joiner()
        let good = try leave(1, &group)
        func expect(_ code: MLSError.Code, _ messages: [MLSMessage], replacing former: LeafIndex? = nil) {
            #expect(throws: MLSError(code)) {
                try joiner.stageExternalJoin(info, replacing: former) { $0.selfRemoves = messages }
            }
        }
        _ = try joiner.stageExternalJoin(info) { $0.selfRemoves = [good] }
        expect(.invalidProposalList, [good, good])
        expect(.invalidProposalList, [good], replacing: LeafIndex(1))
        expect(.malformed, [try send(.proposal(.remove(LeafIndex(1))), as: group.members[1])])
        expect(.malformed, [try group.members[1].encrypt("x")])
        guard case .publicMessage(let message) = good else {
            Issue.record("not a PublicMessage")
            return
        }
        func changed(_ change: (inout PublicMessage) -> Void) -> [MLSMessage] {
            var message = message
            change(&message)
            return [.publicMessage(message)]
        }
        expect(.wrongGroup, changed { $0.content.groupID = [9] })
        expect(.wrongEpoch, changed { $0.content.epoch += 1 })
        expect(.unknownMember, changed { $0.content.sender = .member(LeafIndex(3)) })
        expect(.authenticationFailed, changed { $0.content.sender = .member(LeafIndex(2)) })
        expect(.authenticationFailed, changed { $0.auth.signature[0] ^= 1 })
        expect(.malformed, changed { $0.content.sender = .newMemberProposal })
    }

    @Test func itIsProposedOnce() throws {
        var group = try TestGroup(["a", "b"], proposals: [.selfRemove])
        _ = try leave(1, &group)
        #expect(throws: MLSError(.invalidProposal)) { try leave(1, &group) }
        #expect(try group.members[1].group.pendingProposals.count == 1)
        // In the next epoch it may be asked for again.
        let commit = try group.members[0].commit()
        try group.members[1].receive(commit.message)
        _ = try leave(1, &group)
    }
}
