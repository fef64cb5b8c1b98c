import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Somebody with a group's GroupInfo signs external commits as it likes; the members refuse what RFC 9420 §12.2 and
/// §12.4.3.2 forbid, each for its reason, and stay in their epoch.
@Suite struct HostileJoinerTests {
    private let victim: Group
    private let joiner: TestMember
    private let former: Member
    private let content: FramedContent
    private let tag: [UInt8]
    private let keyPackage: KeyPackage

    init() throws {
        let group = try TestGroup(["a", "b", "c"])
        victim = try group.members[0].group
        former = try #require(victim.member(at: LeafIndex(2)))
        joiner = try TestMember("m", victim.cipherSuite)
        let staged = try joiner.stageExternalJoin(try group.members[0].publishedGroupInfo())
        guard case .publicMessage(let message) = staged.message else { throw MLSError(.malformed) }
        content = message.content
        tag = try #require(message.auth.confirmationTag)
        keyPackage = try TestMember("d", victim.cipherSuite).keyPackage().keyPackage
    }

    private func send(
        signer: SignaturePrivateKey? = nil, _ change: (inout FramedContent) throws -> Void
    ) throws -> PublicMessage {
        var content = content
        try change(&content)
        let signed = try AuthenticatedContent.signed(
            content, as: .publicMessage, groupContext: victim.context.encoded,
            with: signer ?? joiner.signer.privateKey, provider: joiner.provider)
        var auth = signed.auth
        auth.confirmationTag = content.body.type == .commit ? tag : nil
        return PublicMessage(content: content, auth: auth, membershipTag: nil)
    }

    private func expect(
        _ code: MLSError.Code, _ message: PublicMessage, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var group = victim
        #expect(throws: MLSError(code), sourceLocation: sourceLocation) { try group.process(.publicMessage(message)) }
        #expect(group == victim, sourceLocation: sourceLocation)
    }

    private func expect(
        _ code: MLSError.Code, signer: SignaturePrivateKey? = nil,
        sourceLocation: SourceLocation = #_sourceLocation, commit change: (inout Commit) throws -> Void
    ) throws {
        let message = try send(signer: signer) { content in
            guard case .commit(var commit) = content.body else { throw MLSError(.malformed) }
            try change(&commit)
            content.body = .commit(commit)
        }
        expect(code, message, sourceLocation: sourceLocation)
    }

    /// The commit with another leaf in its path, signed for the place it gets.
    private func expect(
        _ code: MLSError.Code, at place: UInt32 = 3, removing removed: LeafIndex? = nil,
        sourceLocation: SourceLocation = #_sourceLocation, leaf change: (inout LeafNode.Content) -> Void
    ) throws {
        try expect(code, sourceLocation: sourceLocation) { commit in
            guard var leafContent = commit.path?.leafNode.content else { throw MLSError(.malformed) }
            change(&leafContent)
            commit.path?.leafNode = try LeafNode.signed(
                leafContent, at: LeafNode.Position(groupID: victim.groupID, leafIndex: LeafIndex(place)),
                with: joiner.signer.privateKey, provider: joiner.provider)
            if let removed { commit.proposals.append(.proposal(.remove(removed))) }
        }
    }

    private func psk(_ key: PreSharedKeyID.Key = .external(id: [1]), nonce: Int = 32) -> ProposalOrRef {
        .proposal(.preSharedKey(PreSharedKeyID(key: key, nonce: [UInt8](repeating: 1, count: nonce))))
    }

    /// So that what the other tests see comes from their change alone.
    @Test func unchangedItIsAccepted() throws {
        var group = victim
        let message = try send { _ in }
        // Ed25519 signs the same bytes the same way.
        guard case .commit(let staged) = try group.process(.publicMessage(message)) else {
            Issue.record("not a commit")
            return
        }
        #expect(staged.isExternal)
    }

    @Test func listsOfProposals() throws {
        let initial = try #require({ if case .commit(let commit) = content.body { commit.proposals } else { nil } }())
        try expect(.invalidProposalList) { $0.proposals = [] }
        try expect(.invalidProposalList) { $0.proposals += initial }
        for proposal in [
            Proposal.add(keyPackage), .update(former.leafNode), .groupContextExtensions([]), .selfRemove,
            .reInit(ReInit(groupID: [1], version: .mls10, cipherSuite: victim.cipherSuite, extensions: [])),
            .custom(try CustomProposal(type: ProposalType(rawValue: 0xf001), content: [])),
        ] {
            try expect(.invalidProposalList) { $0.proposals.append(.proposal(proposal)) }
        }
        try expect(.invalidProposalList) {
            $0.proposals += [.proposal(.remove(LeafIndex(1))), .proposal(.remove(LeafIndex(2)))]
        }
        try expect(.invalidProposal) { $0.proposals.append(.proposal(.remove(LeafIndex(3)))) }
        try expect(.invalidProposalList) { $0.proposals += [psk(), psk()] }
        try expect(.invalidProposal) { $0.proposals.append(psk(nonce: 31)) }
        try expect(.invalidProposal) {
            $0.proposals.append(psk(.resumption(usage: .branch, groupID: [1], epoch: 1)))
        }
        try expect(.missingKey) { $0.proposals.append(psk()) }
    }

    @Test func proposalsByReference() throws {
        var group = try TestGroup(["a", "b"])
        let joiner = try TestMember("m", group.members[0].provider.cipherSuite)
        try group.propose(1) { try $0.proposePreSharedKey(.external(id: [1]), framing: $1, signer: $2) }
        var state = try group.members[0].group
        let reference = try #require(state.pendingProposals.first).reference
        let staged = try joiner.stageExternalJoin(try group.members[0].publishedGroupInfo())
        guard case .publicMessage(var message) = staged.message, case .commit(var commit) = message.content.body else {
            Issue.record("not a commit")
            return
        }
        commit.proposals.append(.reference(reference))
        message.content.body = .commit(commit)
        message.auth.signature =
            try AuthenticatedContent.signed(
                message.content, as: .publicMessage, groupContext: state.context.encoded,
                with: joiner.signer.privateKey, provider: joiner.provider
            ).auth.signature
        #expect(throws: MLSError(.invalidProposalList)) { try state.process(.publicMessage(message)) }
    }

    @Test func paths() throws {
        try expect(.invalidCommit) { $0.path = nil }
        try expect(.invalidCommit) { $0.path?.nodes.removeLast() }
        try expect(.invalidCommit) { $0.path?.nodes[0].encryptedPathSecrets.removeLast() }
        let others = try #require(victim.member(at: LeafIndex(0))).leafNode.encryptionKey
        try expect(.invalidCommit) { $0.path?.nodes[0].encryptionKey = others }
        try expect(.invalidCommit, leaf: { $0.source = .update })
        try expect(.authenticationFailed, leaf: { $0.source = .commit(parentHash: [1]) })
        try expect(.authenticationFailed, at: 2, leaf: { _ in })
        try expect(.invalidLeafNode, leaf: { $0.capabilities.credentials = [] })
        try expect(.invalidCommit, leaf: { $0.encryptionKey = former.leafNode.encryptionKey })
    }

    /// Whoever replaces its former self has the same duties as one that sends an Update (RFC 9420 §12.2): a new key. All
    /// else has the right form. Another member leaves at the same time.
    @Test func aFormerSelfsEncryptionKey() throws {
        var group = try TestGroup(["a", "b", "c", "d"], proposals: [.selfRemove])
        let leaving = try group.members[1].propose { try $0.proposeSelfRemove(signer: $2) }
        try group.deliver(leaving, from: 1)
        let state = try group.members[0].group
        let former = try #require(state.member(at: LeafIndex(2))).leafNode
        let client = group.members[2]
        let staged = try client.stageExternalJoin(
            try group.members[0].publishedGroupInfo(), replacing: LeafIndex(2)
        ) { $0.selfRemoves = [leaving] }
        guard case .publicMessage(var message) = staged.message, case .commit(var commit) = message.content.body,
            var leaf = commit.path?.leafNode.content
        else {
            Issue.record("not a commit")
            return
        }
        func send() throws {
            commit.path?.leafNode = try LeafNode.signed(
                leaf, at: LeafNode.Position(groupID: state.groupID, leafIndex: staged.sender),
                with: client.signer.privateKey, provider: client.provider)
            message.content.body = .commit(commit)
            message.auth.signature =
                try AuthenticatedContent.signed(
                    message.content, as: .publicMessage, groupContext: state.context.encoded,
                    with: client.signer.privateKey, provider: client.provider
                ).auth.signature
            var victim = state
            _ = try victim.process(.publicMessage(message))
        }
        try send()
        // Another new key than that of the path's secrets is noticed later, and for another reason.
        leaf.encryptionKey = try client.keyPackage().keyPackage.initKey
        #expect(throws: MLSError(.authenticationFailed)) { try send() }
        leaf.encryptionKey = former.encryptionKey
        #expect(throws: MLSError(.invalidCommit)) { try send() }
    }

    /// Without the Remove of a former self, nobody joins with a member's signature key. All else about the path is right.
    @Test func aMembersSignatureKey() throws {
        let group = try TestGroup(["a", "b"])
        let member = group.members[1]
        let state = try group.members[0].group
        var tree = try RatchetTree(decoding: state.ratchetTree)
        let place = try tree.makeRoom()
        var leaf = try #require(state.member(at: LeafIndex(1))).leafNode.content
        leaf.encryptionKey = HPKEPublicKey([])
        let newPath = try tree.addPath(
            at: place, content: leaf, groupID: state.groupID, signer: member.signer.privateKey,
            provider: member.provider)
        var context = state.context
        context.epoch += 1
        context.treeHash = tree.treeHash(provider: member.provider)
        let path = try newPath.encrypted(
            in: tree, groupContext: context.encoded, adding: [], provider: member.provider)
        let externalPub = try #require(
            try group.members[0].publishedGroupInfo().extensions.decoded(.externalPub, as: HPKEPublicKey.self))
        let commit = Commit(
            proposals: [.proposal(.externalInit(kemOutput: externalPub.bytes))], path: path)
        var signed = try AuthenticatedContent.signed(
            FramedContent(
                groupID: state.groupID, epoch: state.epoch, sender: .newMemberCommit, authenticatedData: [],
                body: .commit(commit)),
            as: .publicMessage, groupContext: state.context.encoded, with: member.signer.privateKey,
            provider: member.provider)
        signed.auth.confirmationTag = tag
        var victim = state
        #expect(throws: MLSError(.invalidLeafNode)) {
            try victim.process(
                .publicMessage(PublicMessage(content: signed.content, auth: signed.auth, membershipTag: nil)))
        }
    }

    @Test func authentication() throws {
        try expect(.authenticationFailed, signer: joiner.provider.generateSignatureKeyPair().privateKey) { _ in }
        var message = try send { _ in }
        message.auth.confirmationTag?[0] ^= 1
        expect(.authenticationFailed, message)
        message = try send { _ in }
        message.auth.signature[0] ^= 1
        expect(.authenticationFailed, message)
        message = try send { _ in }
        message.membershipTag = [UInt8](repeating: 0, count: 32)
        expect(.malformed, message)
        expect(.wrongEpoch, try send { $0.epoch += 1 })
        expect(.wrongGroup, try send { $0.groupID = [9] })
        // The epoch's GroupContext is signed.
        var context = victim.context
        context.confirmedTranscriptHash[0] ^= 1
        message.membershipTag = nil
        message.auth.signature =
            try AuthenticatedContent.signed(
                content, as: .publicMessage, groupContext: context.encoded, with: joiner.signer.privateKey,
                provider: joiner.provider
            ).auth.signature
        expect(.authenticationFailed, message)
    }

    @Test func initSecrets() throws {
        try expect(.cryptography) { $0.proposals = [.proposal(.externalInit(kemOutput: [1]))] }
        let other = try joiner.provider.deriveHPKEKeyPair(inputKeyMaterial: joiner.provider.random(32)).publicKey
        try expect(.authenticationFailed) { $0.proposals = [.proposal(.externalInit(kemOutput: other.bytes))] }
    }

    /// Only a commit comes from a new member as a commit, and only an Add as a proposal (RFC 9420 §6.1).
    @Test func otherContentAndOtherSenders() throws {
        expect(.malformed, try send { $0.body = .proposal(.externalInit(kemOutput: [1])) })
        expect(.malformed, try send { $0.body = .proposal(.add(keyPackage)) })
        expect(.malformed, try send { $0.body = .application([1]) })
        expect(.malformed, try send { $0.sender = .newMemberProposal })
        expect(.malformed, try send { $0.sender = .external(senderIndex: 0) })
    }

    /// Whom an external commit removes checks what is public of it.
    @Test func whoIsRemovedChecksThePath() throws {
        try expect(.invalidCommit, at: 0, removing: LeafIndex(0), leaf: { $0.source = .update })
        try expect(.authenticationFailed, at: 1, removing: LeafIndex(0), leaf: { _ in })
    }
}
