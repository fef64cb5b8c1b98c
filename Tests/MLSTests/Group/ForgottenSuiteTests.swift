import MLS
import MLSCodec
import MLSCrypto
import Testing

/// A client's capabilities must list all that it supports (RFC 9420 §7.2), and there are clients that forget a suite. Nobody
/// here makes or brings in such a leaf; what others did with one is followed, for §7.3 does not forbid it.
@Suite struct ForgottenSuiteTests {
    private let suite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
    private let forgetful: Capabilities
    private let group: TestGroup

    init() throws {
        forgetful = Capabilities(cipherSuites: [CipherSuite(rawValue: 0x0a0a)])
        group = try TestGroup(["a", "b"])
    }

    private func keyPackage() throws -> KeyPackage {
        let client = try TestMember("c", suite)
        var content = try client.keyPackage().keyPackage.content
        content.leafNode.content.capabilities = forgetful
        content.leafNode = try LeafNode.signed(
            content.leafNode.content, at: nil, with: client.signer.privateKey, provider: client.provider)
        return KeyPackage(
            content: content,
            signature: try client.provider.signWithLabel(
                client.signer.privateKey, label: "KeyPackageTBS", content: content.encoded))
    }

    /// The second member's messages, which nothing of its own checks.
    private func send(_ body: FramedContent.Body) throws -> MLSMessage {
        let member = group.members[1]
        var signed = try member.group.sign(
            body, as: .publicMessage, authenticatedData: [], signer: member.signer.privateKey)
        if body.type == .commit { signed.auth.confirmationTag = [UInt8](repeating: 0, count: 32) }
        return try member.group.protect(signed, framing: .publicMessage)
    }

    private func update(_ source: LeafNodeSource) throws -> LeafNode {
        let member = group.members[1]
        let own = try member.group.ownLeafIndex
        var content = try #require(member.group.member(at: own)).leafNode.content
        content.encryptionKey = try member.provider.deriveHPKEKeyPair(
            inputKeyMaterial: member.provider.random(32)
        ).publicKey
        content.capabilities = forgetful
        content.source = source
        return try LeafNode.signed(
            content, at: LeafNode.Position(groupID: member.group.groupID, leafIndex: own),
            with: member.signer.privateKey, provider: member.provider)
    }

    @Test func itIsFollowedWhereOthersBringItIn() throws {
        var receiver = try group.members[0].group
        // Only the confirmation tag is wrong.
        let adding = try send(.commit(Commit(proposals: [.proposal(.add(try keyPackage()))], path: nil)))
        #expect(throws: MLSError(.authenticationFailed)) { try receiver.process(adding) }
        // Only the path's nodes are missing.
        let path = UpdatePath(leafNode: try update(.commit(parentHash: [])), nodes: [])
        let renewing = try send(.commit(Commit(proposals: [], path: path)))
        #expect(throws: MLSError(.invalidCommit)) { try receiver.process(renewing) }
        for proposal in [Proposal.add(try keyPackage()), .update(try update(.update))] {
            _ = try receiver.process(try send(.proposal(proposal)))
        }
        #expect(receiver.pendingProposals.count == 2)
    }

    @Test func nobodyBringsItIn() throws {
        var member = group.members[0]
        let keyPackage = try keyPackage()
        #expect(throws: MLSError(.invalidLeafNode)) { try keyPackage.verified(by: member.provider) }
        #expect(throws: MLSError(.invalidLeafNode)) { try member.stage(adding: [keyPackage]) }
        #expect(throws: MLSError(.invalidLeafNode)) {
            try member.propose { try $0.proposeAdd(keyPackage, policy: TestMember.policy, framing: $1, signer: $2) }
        }
        for proposal in [Proposal.add(keyPackage), .update(try update(.update))] {
            try member.receive(try send(.proposal(proposal)))
        }
        #expect(try member.stage().proposals.isEmpty)
    }

    @Test func nobodyForgetsItsOwn() throws {
        var member = group.members[0]
        #expect(throws: MLSError(.invalidLeafNode)) {
            try member.stage { $0.leafUpdate = LeafUpdate(capabilities: forgetful) }
        }
        #expect(throws: MLSError(.invalidLeafNode)) {
            try member.propose { try $0.proposeUpdate(LeafUpdate(capabilities: forgetful), framing: $1, signer: $2) }
        }
        member.capabilities = forgetful
        #expect(throws: MLSError(.invalidLeafNode)) { try member.create() }
        #expect(throws: MLSError(.invalidLeafNode)) { try member.keyPackage() }
    }
}
