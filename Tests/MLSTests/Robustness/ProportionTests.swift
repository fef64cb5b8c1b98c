import MLS
import MLSCodec
import MLSCrypto
import Testing

/// What others send costs no more than it is long: none of this traps, takes long, or takes memory that the input does not
/// justify.
@Suite struct ProportionTests {
    private let victim: Group
    private let attacker: TestMember
    private let mallory: Group

    init() throws {
        let group = try TestGroup(["a", "m", "c"])
        victim = try group.members[0].group
        attacker = group.members[1]
        mallory = try attacker.group
    }

    private func expect(
        _ code: MLSError.Code, _ proposals: [Proposal], hasPath: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        // Its path is looked at when the proposals were.
        let leaf = try #require(mallory.member(at: mallory.ownLeafIndex)).leafNode
        let commit = Commit(
            proposals: proposals.map { .proposal($0) },
            path: hasPath ? UpdatePath(leafNode: leaf, nodes: []) : nil)
        var signed = try mallory.sign(
            .commit(commit), as: .publicMessage, authenticatedData: [], signer: attacker.signer.privateKey)
        signed.auth.confirmationTag = [UInt8](repeating: 0, count: 32)
        let message = try mallory.protect(signed, framing: .publicMessage)
        var group = victim
        try quickly("a commit of \(proposals.count) proposals", sourceLocation: sourceLocation) {
            #expect(throws: MLSError(code), sourceLocation: sourceLocation) {
                try group.process(message, preSharedKeys: [.external(id: [1]): SecretBytes([1])])
            }
        }
        #expect(group == victim, sourceLocation: sourceLocation)
    }

    private func psk(_ number: Int) -> Proposal {
        let nonce = UInt64(number).encoded + [UInt8](repeating: 0, count: 24)
        return .preSharedKey(PreSharedKeyID(key: .external(id: [1]), nonce: nonce))
    }

    // MARK: Generations

    /// A message with any sender data, as every member can make it (RFC 9420 §6.3.2).
    private func message(from sender: LeafIndex, generation: UInt32) throws -> MLSMessage {
        var reader = MLSReader(mallory.encodedState)
        _ = try reader.readInteger(UInt8.self)
        _ = try GroupContext(from: &reader)
        _ = try RatchetTree(from: &reader)
        _ = try TreePrivateKeys(from: &reader)
        _ = try LeafIndex(from: &reader)
        let secrets = try EpochSecrets(from: &reader)
        let provider = mallory.provider
        let keys = try SecretTree(encryptionSecret: secrets.encryptionSecret, leafCount: 4).keyAndNonce(
            leaf: LeafIndex(1), kind: .application, generation: min(generation, 65_535), limit: .max,
            provider: provider)
        var signed = try mallory.sign(
            .application([1]), as: .privateMessage, authenticatedData: [], signer: attacker.signer.privateKey)
        signed.content.sender = .member(sender)
        return .privateMessage(
            try PrivateMessage(
                protecting: signed, senderDataSecret: secrets.senderDataSecret, key: keys.key, nonce: keys.nonce,
                generation: generation, padding: .none, provider: provider))
    }

    @Test(arguments: [65_536, 1 << 20, UInt32.max])
    func generationsFarAhead(_ generation: UInt32) throws {
        var group = victim
        let message = try message(from: LeafIndex(1), generation: generation)
        try quickly("a generation far ahead") {
            #expect(throws: MLSError(.generationTooHigh)) { try group.process(message) }
            var roster = Roster()
            roster.record(victim)
            #expect(throws: MLSError(.generationTooHigh)) {
                try victim.epochRecord.decrypt(message, roster: roster, provider: victim.provider)
            }
        }
        #expect(group == victim)
    }

    /// What a single message can cost at most.
    @Test func theHighestGeneration() throws {
        let message = try message(from: LeafIndex(1), generation: EpochRecord.generationLimit)
        try quickly("the highest generation") {
            let read = try victim.decrypt(message)
            #expect(read.data == [1])
        }
    }

    // MARK: Indices

    @Test(arguments: [4, 1 << 30, 1 << 31, UInt32.max])
    func leavesThatNoTreeHas(_ index: UInt32) throws {
        var group = victim
        let hostile = try message(from: LeafIndex(index), generation: 0)
        #expect(throws: MLSError(.unknownMember)) { try group.process(hostile) }
        try expect(.invalidProposal, [.remove(LeafIndex(index))], hasPath: true)
        #expect(victim.member(at: LeafIndex(index)) == nil)
        var tree = try RatchetTree(decoding: victim.ratchetTree)
        #expect(throws: MLSError(.unknownMember)) { try tree.remove(LeafIndex(index)) }
        let leaf = try #require(tree[LeafIndex(0)])
        #expect(throws: MLSError(.unknownMember)) { try tree.update(LeafIndex(index), to: leaf) }
        #expect(tree[NodeIndex(index | 1)] == nil || index == 4)
        let parent = Node.parent(
            ParentNode(encryptionKey: HPKEPublicKey([1]), parentHash: [], unmergedLeaves: [LeafIndex(index)]))
        let nodes: [Node?] = [.leaf(leaf), parent, .leaf(leaf)]
        let broken = try RatchetTree(decoding: nodes.encoded)
        #expect(throws: MLSError(.invalidTree)) { try broken.checkStructure() }
    }

    /// A record can say that the group was as large as any; its secret tree is 30 levels deep then.
    @Test func theLargestSecretTree() throws {
        var bytes = victim.epochRecord.encoded
        let place = 1 + 2 + victim.groupID.encoded.count + 8
        #expect(Array(bytes[place..<(place + 4)]) == UInt32(4).encoded)
        bytes.replaceSubrange(place..<(place + 4), with: (UInt32(1) << 30).encoded)
        let record = try EpochRecord(decoding: bytes)
        var roster = Roster()
        roster.record(victim)
        let message = try message(from: LeafIndex(1), generation: 3)
        try quickly("a secret tree of 2^30 leaves") {
            #expect(throws: MLSError(.authenticationFailed)) {
                try record.decrypt(message, roster: roster, provider: victim.provider)
            }
        }
    }

    // MARK: Proposals

    @Test func commitsOfManyProposals() throws {
        try expect(.authenticationFailed, (0..<10_000).map(psk))
        // More than a PSKLabel can count (RFC 9420 §8.4).
        try expect(.cryptography, (0..<70_000).map(psk))
        try expect(.invalidProposalList, [Proposal](repeating: psk(0), count: 10_000))
        try expect(.invalidProposal, (100..<10_100).map { .remove(LeafIndex($0)) }, hasPath: true)
        let groupContextExtensions = Proposal.groupContextExtensions([])
        try expect(.invalidProposalList, [Proposal](repeating: groupContextExtensions, count: 10_000))
    }

    /// A member proposes without end; another can still commit, and commits what fits together.
    @Test func manyPendingProposals() throws {
        var (group, sender) = (victim, attacker)
        var messages: [MLSMessage] = []
        for number in 0..<5_000 {
            let signed = try mallory.sign(
                .proposal(.remove(LeafIndex(2))), as: .publicMessage, authenticatedData: UInt64(number).encoded,
                signer: sender.signer.privateKey)
            messages.append(try mallory.protect(signed, framing: .publicMessage))
            if number % 50 == 0 {
                messages.append(try sender.propose(public: true) { try $0.proposeUpdate(framing: $1, signer: $2) })
            }
        }
        try quickly("processing \(messages.count) proposals") {
            for message in messages { _ = try group.process(message) }
        }
        #expect(group.pendingProposals.count == messages.count)
        try quickly("selecting of \(messages.count) proposals") {
            let selected = try group.proposals(
                for: CommitRequest(framing: .publicMessage), policy: TestMember.policy)
            #expect(selected.map(\.proposal.type) == [.remove, .update])
        }
    }

    // MARK: Lists

    /// Both lists are strangers': one is in a KeyPackage, the other in the group's extensions.
    @Test func listsOfCapabilities() throws {
        let many = [CredentialType](repeating: .x509, count: 200_000)
        let capabilities = Capabilities(cipherSuites: [], credentials: many + [.basic])
        let required = RequiredCapabilities(credentialTypes: many + [CredentialType](repeating: .basic, count: 200_000))
        try quickly("comparing lists of capabilities") {
            #expect(capabilities.satisfies(required))
            #expect(!Capabilities(cipherSuites: [], credentials: many).satisfies(required))
        }
    }

    /// A list of required capabilities is read once for all leaves.
    @Test func requiredCapabilitiesBesideManyAdds() throws {
        let keyPackage = try TestMember("d", mallory.cipherSuite).keyPackage().keyPackage
        let required = RequiredCapabilities(
            credentialTypes: [CredentialType](repeating: .basic, count: 2_000_000))
        try expect(
            .invalidCommit,
            [.groupContextExtensions([.requiredCapabilities(required)])]
                + [Proposal](repeating: .add(keyPackage), count: 1_000), hasPath: true)
    }

    @Test(arguments: [[0x3f], [0x7f, 0xff], [0xbf, 0xff, 0xff, 0xff]] as [[UInt8]])
    func lengthsThatAreOnlyClaimed(_ header: [UInt8]) throws {
        let bytes = header + [0, 1]
        func expectTruncated<Value: MLSCodable>(_ type: Value.Type, _ bytes: [UInt8]) {
            #expect(throws: CodecError(.truncated)) { try Value(decoding: bytes) }
        }
        try quickly("reading lengths") {
            expectTruncated([UInt8].self, bytes)
            expectTruncated([Extension].self, bytes)
            expectTruncated([ProposalOrRef].self, bytes)
            expectTruncated(RatchetTree.self, bytes)
            expectTruncated(String.self, bytes)
            expectTruncated(SecretBytes.self, bytes)
            expectTruncated(MLSMessage.self, [0, 1, 0, 2] + bytes)
            expectTruncated(MLSMessage.self, [0, 1, 0, 3, 0, 1] + bytes)
            // Inside of another one.
            expectTruncated([[UInt8]].self, bytes.encoded)
        }
    }

    // MARK: Trees

    /// Members at both ends, and blanks in between: one byte each.
    @Test func aDeepTreeOfBlanks() throws {
        let leaf = Samples.leafNodes[1]
        let nodes: [Node?] = [.leaf(leaf)] + [Node?](repeating: nil, count: (1 << 15) - 1) + [.leaf(leaf)]
        let encoded = nodes.encoded
        #expect(encoded.count < 40_000)
        try quickly("a tree of blanks") {
            var tree = try RatchetTree(decoding: encoded)
            #expect(tree.leafCount == 1 << 15)
            #expect(tree.memberCount == 2)
            #expect(tree.encoded == encoded)
            #expect(throws: MLSError.self) { try tree.validate(in: victim.context, provider: victim.provider) }
            _ = tree.treeHash(provider: victim.provider)
            try tree.remove(LeafIndex(1 << 14))
            #expect(tree.leafCount == 1)
        }
        // The GroupInfo is signed by one of the two, and all before the tree's own rules holds.
        var tree = try RatchetTree(decoding: encoded)
        var context = victim.context
        context.treeHash = tree.treeHash(provider: victim.provider)
        let content = GroupInfo.Content(
            groupContext: context, extensions: [Extension(type: .ratchetTree, data: encoded)], confirmationTag: [],
            signer: LeafIndex(0))
        let joiner = try TestMember("d", victim.cipherSuite)
        let info = try GroupInfo.signed(content, with: joiner.signer.privateKey, provider: joiner.provider)
        try quickly("a GroupInfo with a tree of blanks") {
            #expect(throws: MLSError.self) { try joiner.stageExternalJoin(info) }
        }
    }

    /// Every parent lists every leaf below it.
    @Test func unmergedLeavesEverywhere() throws {
        let leafCount: UInt32 = 1 << 10
        let nodes: [Node?] = (0..<(2 * leafCount - 1)).map { number in
            let key = HPKEPublicKey(UInt64(number).encoded)
            let index = NodeIndex(number)
            guard index.isLeaf else {
                let below = index.leaves.lowerBound.rawValue...index.leaves.upperBound.rawValue
                return .parent(
                    ParentNode(encryptionKey: key, parentHash: [], unmergedLeaves: below.map { LeafIndex($0) }))
            }
            var leaf = Samples.leafNodes[2]
            leaf.content.encryptionKey = key
            leaf.content.signatureKey = SignaturePublicKey(key.bytes)
            return .leaf(leaf)
        }
        let encoded = nodes.encoded
        try quickly("unmerged leaves everywhere") {
            var tree = try RatchetTree(decoding: encoded)
            try tree.checkStructure()
            #expect(throws: MLSError(.invalidTree)) { try tree.checkParentHashes(provider: victim.provider) }
        }
    }
}
