import MLS
import MLSCrypto
import Testing

/// A member signs and protects whatever it likes; the others refuse what RFC 9420 §12 forbids, each for its reason, and
/// stay in their epoch.
@Suite struct HostileMemberTests {
    private let victim: Group
    private let attacker: TestMember
    private let mallory: Group
    private let keyPackage: KeyPackage
    private let psk = PreSharedKeyID(key: .external(id: [1]), nonce: [UInt8](repeating: 1, count: 32))

    init() throws {
        let group = try TestGroup(["a", "m", "c"])
        victim = try group.members[0].group
        attacker = group.members[1]
        mallory = try attacker.group
        keyPackage = try TestMember("d", mallory.cipherSuite).keyPackage().keyPackage
    }

    private func send(_ body: FramedContent.Body, confirmationTag: [UInt8]?) throws -> MLSMessage {
        var signed = try mallory.sign(
            body, as: .publicMessage, authenticatedData: [], signer: attacker.signer.privateKey)
        signed.auth.confirmationTag = confirmationTag
        return try mallory.protect(signed, framing: .publicMessage)
    }

    private func expect(
        _ code: MLSError.Code, _ proposals: [Proposal], path: UpdatePath? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let commit = Commit(proposals: proposals.map { .proposal($0) }, path: path)
        let message = try send(.commit(commit), confirmationTag: [UInt8](repeating: 0, count: 32))
        var group = victim
        #expect(throws: MLSError(code), sourceLocation: sourceLocation) { try group.process(message) }
        #expect(group == victim, sourceLocation: sourceLocation)
    }

    private func leafNode(_ change: (inout LeafNode.Content) -> Void) throws -> LeafNode {
        var content = try #require(mallory.member(at: mallory.ownLeafIndex)).leafNode.content
        let fresh = try attacker.provider.deriveHPKEKeyPair(inputKeyMaterial: attacker.provider.random(32))
        content.encryptionKey = fresh.publicKey
        change(&content)
        return try LeafNode.signed(
            content, at: LeafNode.Position(groupID: mallory.groupID, leafIndex: mallory.ownLeafIndex),
            with: attacker.signer.privateKey, provider: attacker.provider)
    }

    @Test func pathsThatAreMissing() throws {
        try expect(.invalidCommit, [])
        try expect(.invalidCommit, [.remove(LeafIndex(2))])
        try expect(.invalidCommit, [.groupContextExtensions([])])
        try expect(.invalidCommit, [.add(keyPackage), .remove(LeafIndex(2))])
    }

    @Test func aWrongConfirmationTag() throws {
        try expect(.authenticationFailed, [.add(keyPackage)])
    }

    @Test func invalidLists() throws {
        try expect(.invalidProposalList, [.remove(mallory.ownLeafIndex)])
        try expect(.invalidProposalList, [.remove(LeafIndex(2)), .remove(LeafIndex(2))])
        try expect(.invalidProposalList, [.update(try leafNode { $0.source = .update })])
        try expect(.invalidProposalList, [.externalInit(kemOutput: [])])
        try expect(.invalidProposalList, [.groupContextExtensions([]), .groupContextExtensions([])])
        try expect(.invalidProposalList, [.preSharedKey(psk), .preSharedKey(psk)])
        let reInit = Proposal.reInit(
            ReInit(groupID: [1], version: .mls10, cipherSuite: mallory.cipherSuite, extensions: []))
        try expect(.invalidProposalList, [reInit, .add(keyPackage)])
        // Alone it is valid, and only the tag is wrong.
        try expect(.authenticationFailed, [reInit])
    }

    @Test func invalidProposals() throws {
        var badNonce = psk
        badNonce.nonce = [1]
        try expect(.invalidProposal, [.preSharedKey(badNonce)])
        try expect(.missingKey, [.preSharedKey(psk)])
        var forged = keyPackage
        forged.content.leafNode.content.credential = .basic(identity: [1])
        try expect(.authenticationFailed, [.add(forged)])
        let member = try attacker.keyPackage().keyPackage
        try expect(.invalidLeafNode, [.add(member)])
        try expect(.invalidLeafNode, [.add(keyPackage), .add(keyPackage)])
    }

    @Test func invalidPaths() throws {
        let node = UpdatePathNode(encryptionKey: HPKEPublicKey([1]), encryptedPathSecrets: [])
        try expect(.invalidCommit, [], path: UpdatePath(leafNode: try leafNode { $0.source = .update }, nodes: []))
        let current = try #require(mallory.member(at: mallory.ownLeafIndex)).leafNode
        let sameKey = try leafNode {
            $0.source = .commit(parentHash: [])
            $0.encryptionKey = current.encryptionKey
        }
        try expect(.invalidCommit, [], path: UpdatePath(leafNode: sameKey, nodes: [node, node]))
        let fresh = try leafNode { $0.source = .commit(parentHash: [1]) }
        try expect(.invalidCommit, [], path: UpdatePath(leafNode: fresh, nodes: []))
        try expect(.invalidCommit, [], path: UpdatePath(leafNode: fresh, nodes: [node, node]))
        try expect(.invalidCommit, [], path: UpdatePath(leafNode: fresh, nodes: [node, node, node]))
        let unlisted = try leafNode {
            $0.source = .commit(parentHash: [1])
            $0.extensions = [Extension(type: ExtensionType(rawValue: 0xf000), data: [])]
        }
        try expect(.invalidLeafNode, [], path: UpdatePath(leafNode: unlisted, nodes: []))
        var unsigned = fresh
        unsigned.signature = []
        try expect(.authenticationFailed, [], path: UpdatePath(leafNode: unsigned, nodes: []))
    }

    /// Who is removed cannot check the confirmation tag, and checks all the rest.
    @Test func invalidPathsOfACommitThatRemovesTheReceiver() throws {
        let removal = Proposal.remove(LeafIndex(0))
        let fresh = try leafNode { $0.source = .commit(parentHash: [1]) }
        try expect(.invalidCommit, [removal], path: UpdatePath(leafNode: fresh, nodes: []))
        let update = try leafNode { $0.source = .update }
        try expect(.invalidCommit, [removal], path: UpdatePath(leafNode: update, nodes: []))
        var unsigned = fresh
        unsigned.signature = []
        try expect(.authenticationFailed, [removal], path: UpdatePath(leafNode: unsigned, nodes: []))
        let key = try attacker.provider.deriveHPKEKeyPair(inputKeyMaterial: attacker.provider.random(32)).publicKey
        let node = UpdatePathNode(
            encryptionKey: key, encryptedPathSecrets: [HPKECiphertext(kemOutput: [1], ciphertext: [2])])
        try expect(.authenticationFailed, [removal], path: UpdatePath(leafNode: fresh, nodes: [node]))
    }

    /// Keys and ciphertexts have the right form, and the parent hash does not match.
    @Test func aWrongParentHash() throws {
        let key = try attacker.provider.deriveHPKEKeyPair(inputKeyMaterial: attacker.provider.random(32)).publicKey
        let other = try attacker.provider.deriveHPKEKeyPair(inputKeyMaterial: attacker.provider.random(32)).publicKey
        let ciphertext = HPKECiphertext(kemOutput: [1], ciphertext: [2])
        let nodes = [key, other].map { UpdatePathNode(encryptionKey: $0, encryptedPathSecrets: [ciphertext]) }
        let leafNode = try leafNode { $0.source = .commit(parentHash: [UInt8](repeating: 0, count: 32)) }
        try expect(.authenticationFailed, [], path: UpdatePath(leafNode: leafNode, nodes: nodes))
    }

    /// Some belong into external commits only (RFC 9420 §12.1.6).
    @Test func anExternalInitOfAMember() throws {
        let message = try send(.proposal(.externalInit(kemOutput: [1])), confirmationTag: nil)
        var group = victim
        #expect(throws: MLSError(.invalidProposal)) { try group.process(message) }
        #expect(group == victim)
    }

    @Test func invalidUpdates() throws {
        func expect(_ code: MLSError.Code, _ leafNode: LeafNode) throws {
            let message = try send(.proposal(.update(leafNode)), confirmationTag: nil)
            var group = victim
            #expect(throws: MLSError(code)) { try group.process(message) }
            #expect(group == victim)
        }
        let current = try #require(mallory.member(at: mallory.ownLeafIndex)).leafNode
        try expect(.invalidProposal, try leafNode { $0.source = .commit(parentHash: []) })
        try expect(.invalidProposal, current)
        try expect(
            .invalidProposal,
            try leafNode {
                $0.source = .update
                $0.encryptionKey = current.encryptionKey
            })
        try expect(
            .invalidProposal,
            try leafNode {
                $0.source = .update
                $0.encryptionKey = HPKEPublicKey([1, 2])
            })
        var elsewhere = try leafNode { $0.source = .update }
        elsewhere = try LeafNode.signed(
            elsewhere.content, at: LeafNode.Position(groupID: [9], leafIndex: mallory.ownLeafIndex),
            with: attacker.signer.privateKey, provider: attacker.provider)
        try expect(.authenticationFailed, elsewhere)
    }

    /// Two members must not end up with one key. The proposal alone breaks no rule, so that it is left out by the next
    /// committer, and refused in a commit.
    @Test func anUpdateToAnotherMembersKey() throws {
        var group = try TestGroup(["a", "b", "c"])
        let stolen = try #require(try group.members[0].group.member(at: LeafIndex(2))).leafNode
        let sender = group.members[1]
        let leaf = try LeafNode.signed(
            {
                var content = stolen.content
                content.signatureKey = sender.signer.publicKey
                content.source = .update
                return content
            }(), at: LeafNode.Position(groupID: [1, 2, 3], leafIndex: LeafIndex(1)), with: sender.signer.privateKey,
            provider: sender.provider)
        let signed = try sender.group.sign(
            .proposal(.update(leaf)), as: .publicMessage, authenticatedData: [], signer: sender.signer.privateKey)
        try group.members[0].receive(try sender.group.protect(signed, framing: .publicMessage))
        #expect(try group.members[0].group.pendingProposals.count == 1)
        #expect(try group.members[0].stage().proposals.isEmpty)
    }

    /// A path that is right but for its leaf's source.
    @Test func sourcesOfPaths() throws {
        var member = attacker
        guard case .publicMessage(let message) = try member.stage(public: true).message,
            case .commit(let commit) = message.content.body, var path = commit.path
        else {
            Issue.record("no path")
            return
        }
        path.leafNode = try leafNode { $0.source = .update }
        try expect(.invalidCommit, [], path: path)
        // With another parent hash it comes further.
        path.leafNode = try leafNode { $0.source = .commit(parentHash: [1]) }
        try expect(.authenticationFailed, [], path: path)
    }
}
