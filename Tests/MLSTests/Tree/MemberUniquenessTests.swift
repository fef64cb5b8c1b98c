import MLS
import MLSCodec
import MLSCrypto
import TestSupport
import Testing

@Suite("Tree: rules across members") struct MemberUniquenessTests {
    private var tree = RatchetTree()
    private var generator = SeededGenerator(seed: 6)

    init() throws {
        for _ in 0..<11 { _ = try tree.add(TestLeaf.unsigned(using: &generator)) }
    }

    @Test func differentLeavesAreFine() throws {
        try tree.checkMembers(changed: (0..<11).map { LeafIndex($0) })
        try tree.checkMembers(changed: [LeafIndex(3), LeafIndex(3)])
    }

    @Test(arguments: [0, 5, 10] as [UInt32])
    mutating func sharedKeysAreRefused(other: UInt32) throws {
        let taken = try #require(tree[LeafIndex(other)])
        for path in [\LeafNode.content.encryptionKey.bytes, \.content.signatureKey.bytes] {
            var leafNode = TestLeaf.unsigned(using: &generator)
            leafNode[keyPath: path] = taken[keyPath: path]
            var changed = tree
            try changed.update(LeafIndex(7), to: leafNode)
            #expect(throws: MLSError(.invalidLeafNode)) { try changed.checkMembers(changed: [LeafIndex(7)]) }
            #expect(throws: MLSError(.invalidLeafNode)) {
                try changed.checkMembers(changed: [LeafIndex(7), LeafIndex(other)])
            }
            // Eight equal bytes do not make equal keys.
            leafNode[keyPath: path][20] ^= 1
            try changed.update(LeafIndex(7), to: leafNode)
            try changed.checkMembers(changed: [LeafIndex(7)])
        }
    }

    @Test mutating func aKeyIsFreeAgainWhenItsNodeIsGone() throws {
        let gone = try #require(tree[LeafIndex(5)])
        for path in [\LeafNode.content.encryptionKey.bytes, \.content.signatureKey.bytes] {
            var leafNode = TestLeaf.unsigned(using: &generator)
            leafNode[keyPath: path] = gone[keyPath: path]
            var changed = tree
            try changed.update(LeafIndex(7), to: leafNode)
            #expect(throws: MLSError(.invalidLeafNode)) { try changed.checkMembers(changed: [LeafIndex(7)]) }
            try changed.remove(LeafIndex(5))
            try changed.checkMembers(changed: [LeafIndex(7)])
            // Copies have not changed.
            #expect(throws: Never.self) { try tree.checkMembers(changed: [LeafIndex(5)]) }
        }
    }

    /// Whoever chooses keys can give many the same beginning.
    @Test mutating func manyKeysWithOneBeginning() throws {
        var leaves: [LeafNode] = []
        for number in 0..<40 as Range<UInt8> {
            var leafNode = TestLeaf.unsigned(using: &generator)
            leafNode.content.encryptionKey = HPKEPublicKey([UInt8](repeating: 9, count: 31) + [number])
            leaves.append(leafNode)
        }
        let indices = try leaves.map { try tree.add($0) }
        try tree.checkMembers(changed: indices)
        for (leafNode, index) in zip(leaves, indices) {
            var copy = tree
            var other = TestLeaf.unsigned(using: &generator)
            other.content.encryptionKey = leafNode.encryptionKey
            let added = try copy.add(other)
            #expect(throws: MLSError(.invalidLeafNode)) { try copy.checkMembers(changed: [added]) }
            try copy.remove(index)
            try copy.checkMembers(changed: [added])
            // A tree that was read has the same keys.
            let decoded = try RatchetTree(decoding: copy.encoded)
            try decoded.checkMembers(changed: [added])
        }
    }

    @Test mutating func credentialsThatSomebodyCannotReadAreRefused() throws {
        var leafNode = TestLeaf.unsigned(using: &generator)
        leafNode.content.credential = .x509(certificates: [[1]])
        leafNode.content.capabilities.credentials = [.basic, .x509]
        let index = try tree.add(leafNode)
        #expect(throws: MLSError(.invalidLeafNode)) { try tree.checkMembers(changed: [index]) }
        for leaf in tree.leaves.map(\.index) where leaf != index {
            var readable = TestLeaf.unsigned(using: &generator)
            readable.content.capabilities.credentials = [.x509, .basic]
            try tree.update(leaf, to: readable)
        }
        try tree.checkMembers(changed: [index])

        leafNode.content.capabilities.credentials = [.x509]
        try tree.update(index, to: leafNode)
        #expect(throws: MLSError(.invalidLeafNode)) { try tree.checkMembers(changed: [index]) }
    }

    @Test func blankLeavesAreRefused() {
        #expect(throws: MLSError(.unknownMember)) { try tree.checkMembers(changed: [LeafIndex(12)]) }
    }

    /// Whoever joins looks at all members at once. Nobody signed these leaves: that shows if nothing else does.
    @Test mutating func joinersCheckAllMembers() throws {
        let provider = try SwiftCryptoProvider(CipherSuite(rawValue: 1))
        let context = GroupContext(
            cipherSuite: provider.cipherSuite, groupID: [1], epoch: 0, treeHash: [], confirmedTranscriptHash: [],
            extensions: [])
        #expect(throws: MLSError(.authenticationFailed)) { try tree.validate(in: context, provider: provider) }
        var twice = TestLeaf.unsigned(using: &generator)
        twice.content.signatureKey = try #require(tree[LeafIndex(2)]).content.signatureKey
        var changed = tree
        try changed.update(LeafIndex(7), to: twice)
        #expect(throws: MLSError(.invalidLeafNode)) { try changed.validate(in: context, provider: provider) }
        var unreadable = TestLeaf.unsigned(using: &generator)
        unreadable.content.credential = .x509(certificates: [[1]])
        unreadable.content.capabilities.credentials = [.basic, .x509]
        changed = tree
        try changed.update(LeafIndex(7), to: unreadable)
        #expect(throws: MLSError(.invalidLeafNode)) { try changed.validate(in: context, provider: provider) }
    }
}
