import MLS
import MLSCodec
import MLSCrypto
import TestSupport
import Testing

/// Trees that nobody honest made: a typed error each time, and no more memory than the input justifies.
@Suite struct HostileTreeTests {
    private let provider: any CipherSuiteProvider

    init() throws {
        provider = try SwiftCryptoProvider(CipherSuite(rawValue: 1))
    }

    /// A tree with parents, unmerged leaves and blanks.
    private func group() throws -> TestGroupTree {
        var group = try TestGroupTree(provider: provider)
        var added: Set<LeafIndex> = []
        for _ in 0..<6 { added.insert(try group.add()) }
        _ = try group.process(try group.commit(by: LeafIndex(0), adding: added))
        try group.remove(LeafIndex(3))
        _ = try group.process(try group.commit(by: LeafIndex(5), adding: []))
        let late = try group.add()
        _ = try group.process(try group.commit(by: LeafIndex(6), adding: [late]))
        return group
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = try group().tree.encoded
        for length in stride(from: 0, to: bytes.count, by: 3) {
            #expect(throws: CodecError(.truncated)) { try RatchetTree(decoding: Array(bytes.prefix(length))) }
        }
    }

    /// Every byte of a tree is covered by a signature, a hash or a rule.
    @Test func everyChangedByteIsRefused() throws {
        let group = try group()
        let bytes = group.tree.encoded
        var original = try RatchetTree(decoding: bytes)
        try original.validate(in: group.context, provider: provider)
        var generator = SeededGenerator(seed: 3)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            guard var tree = try? RatchetTree(decoding: changed) else { continue }
            #expect(throws: MLSError.self, "byte \(index)") { try tree.validate(in: group.context, provider: provider) }
        }
    }

    @Test(arguments: 1...4)
    func randomBytesNeverTrap(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let context = GroupContext(
            cipherSuite: provider.cipherSuite, groupID: [], epoch: 0, treeHash: [], confirmedTranscriptHash: [],
            extensions: [])
        var decodedCount = 0
        for _ in 0..<400 {
            // Small nodes of both types and blanks, at random places and with random contents.
            var writer = MLSWriter()
            writer.writeVector { writer in
                for place in 0..<Int.random(in: 1..<24, using: &generator) {
                    switch Int.random(in: 0..<10, using: &generator) {
                    case 0..<3: writer.write(integer: UInt8(0))
                    case 3: writer.write(raw: generator.bytes(3))
                    default: writeNode(isLeaf: place % 2 == 0, into: &writer, using: &generator)
                    }
                }
            }
            guard var tree = try? RatchetTree(decoding: writer.bytes) else { continue }
            decodedCount += 1
            #expect(tree.encoded == writer.bytes)
            #expect(throws: MLSError.self) { try tree.validate(in: context, provider: provider) }
            exercise(&tree, using: &generator)
        }
        #expect(decodedCount > 20)
    }

    private func writeNode(isLeaf: Bool, into writer: inout MLSWriter, using generator: inout SeededGenerator) {
        let node: Node
        if isLeaf {
            node = .leaf(TestLeaf.unsigned(using: &generator))
        } else {
            let unmerged = (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
                LeafIndex(
                    Bool.random(using: &generator)
                        ? UInt32.random(in: 0..<16, using: &generator)
                        : UInt32.random(in: 0...UInt32.max, using: &generator))
            }
            node = .parent(
                ParentNode(
                    encryptionKey: HPKEPublicKey(generator.bytes(32)), parentHash: generator.bytes(32),
                    unmergedLeaves: unmerged))
        }
        Node?.some(node).encode(into: &writer)
    }

    /// Calls everything that takes an index from outside.
    private func exercise(_ tree: inout RatchetTree, using generator: inout SeededGenerator) {
        for index in [
            0, 1, 2, 3, 15, 16, UInt32.max, UInt32.max - 1, 1 << 31, UInt32.random(in: 0...63, using: &generator),
        ] {
            _ = tree[LeafIndex(index)]
            _ = tree[NodeIndex(index)]
            _ = tree.resolution(of: NodeIndex(index))
            _ = tree.treeHash(of: NodeIndex(index), provider: provider)
            var changed = tree
            try? changed.remove(LeafIndex(index))
            _ = try? changed.add(TestLeaf.unsigned(using: &generator))
            var keys = TreePrivateKeys(leafIndex: LeafIndex(index), leafKey: HPKEPrivateKey(SecretBytes(zeros: 32)))
            #expect(throws: MLSError.self) {
                try keys.set(
                    pathSecret: SecretBytes(zeros: 32), from: LeafIndex(0), in: tree, provider: provider)
            }
        }
    }

    @Test func badFormsAreRefused() throws {
        var generator = SeededGenerator(seed: 4)
        let leaf = Node?.some(.leaf(TestLeaf.unsigned(using: &generator)))
        let parent = Node?.some(.parent(ParentNode(encryptionKey: HPKEPublicKey([1]), parentHash: [])))
        let forms: [[Node?]] = [
            [], [nil], [leaf, nil], [leaf, nil, nil], [parent], [leaf, leaf], [leaf, parent, parent],
        ]
        for form in forms {
            #expect(throws: CodecError(.invalidValue)) { try RatchetTree(decoding: form.encoded) }
        }
        for form in [[leaf], [nil, nil, leaf], [leaf, parent, leaf], [leaf, parent]] {
            #expect(try RatchetTree(decoding: form.encoded).encoded == form.encoded)
        }
    }

    @Test func aRightHalfWithoutMembersIsRefused() throws {
        var generator = SeededGenerator(seed: 6)
        let leaf = Node?.some(.leaf(TestLeaf.unsigned(using: &generator)))
        let parent = Node?.some(.parent(ParentNode(encryptionKey: HPKEPublicKey([1]), parentHash: [])))
        for form in [[leaf, parent], [leaf, nil, leaf, parent], [leaf, nil, nil, nil, nil, parent]] {
            let tree = try RatchetTree(decoding: form.encoded)
            #expect(throws: MLSError(.invalidTree)) { try tree.checkStructure() }
        }
        try RatchetTree(decoding: [nil, nil, leaf].encoded).checkStructure()
    }

    /// Removing the last member of the right half removes the half, whatever its parents are (RFC 9420 §12.1.3).
    @Test func truncationGoesByMembers() throws {
        var generator = SeededGenerator(seed: 7)
        var nodes = [Node?](repeating: nil, count: 14)
        nodes[0] = .leaf(TestLeaf.unsigned(using: &generator))
        nodes[8] = .leaf(TestLeaf.unsigned(using: &generator))
        nodes[13] = .parent(ParentNode(encryptionKey: HPKEPublicKey([1]), parentHash: []))
        var tree = try RatchetTree(decoding: nodes.encoded)
        #expect(tree.leafCount == 8)
        try tree.remove(LeafIndex(4))
        #expect(tree.leafCount == 1 && tree.memberCount == 1)
    }

    /// A blank takes one byte on the wire: a tree of a million must stay small and be quick to look at.
    @Test func blanksAreCheap() throws {
        #expect(MemoryLayout<Node?>.size == MemoryLayout<Int>.size)
        var generator = SeededGenerator(seed: 5)
        let leafNode = TestLeaf.unsigned(using: &generator)
        var writer = MLSWriter()
        let blanks = 1 << 20
        writer.writeVector { writer in
            writer.write(raw: repeatElement(0, count: blanks))
            Node?.some(.leaf(leafNode)).encode(into: &writer)
        }
        let tree = try RatchetTree(decoding: writer.bytes)
        #expect(tree.leafCount == 1 << 20 && tree.memberCount == 1)
        #expect(tree.leaves.first?.index == LeafIndex(1 << 19))
        #expect(tree.resolution(of: tree.size.root) == [NodeIndex(1 << 20)])
        #expect(tree.encoded == writer.bytes)
    }

    /// The group's tree with other nodes in it.
    private func changed(_ change: (inout [Node?]) throws -> Void) throws -> RatchetTree {
        var nodes: [Node?] = []
        try group().tree.forEachNode { index, node in
            nodes += [Node?](repeating: nil, count: Int(index.rawValue) - nodes.count) + [node]
        }
        try change(&nodes)
        return try RatchetTree(decoding: nodes.encoded)
    }

    private func setUnmerged(_ leaves: [UInt32], of node: Int, in nodes: inout [Node?]) throws {
        guard case .parent(var parent)? = nodes[node] else {
            Issue.record("no parent at \(node)")
            return
        }
        parent.unmergedLeaves = leaves.map { LeafIndex($0) }
        nodes[node] = .parent(parent)
    }

    @Test func unmergedLeaves() throws {
        func check(_ leaves: [UInt32], of node: Int, below other: [UInt32]? = nil) throws {
            try changed { nodes in
                try setUnmerged(leaves, of: node, in: &nodes)
                if let other { try setUnmerged(other, of: 11, in: &nodes) }
            }.checkStructure()
        }
        // 7 is the root of the tree's eight leaves, 11 is above the right four, the last of which is blank, and 9 above
        // the first two of these.
        try check([], of: 7, below: [])
        try check([2, 6], of: 7, below: [6])
        #expect(throws: MLSError(.invalidTree)) { try check([6, 2], of: 7, below: [6]) }
        #expect(throws: MLSError(.invalidTree)) { try check([2, 2], of: 7) }
        #expect(throws: MLSError(.invalidTree)) { try check([2], of: 9) }
        #expect(throws: MLSError(.invalidTree)) { try check([6], of: 7, below: []) }
        #expect(throws: MLSError(.invalidTree)) { try check([7], of: 7, below: [7]) }
    }

    @Test func keys() throws {
        func check(_ change: (inout [Node?]) throws -> Void) throws {
            try changed(change).checkKeys(provider: provider)
        }
        func setKey(_ key: HPKEPublicKey, _ nodes: inout [Node?]) {
            guard case .parent(var parent)? = nodes[7] else { return }
            parent.encryptionKey = key
            nodes[7] = .parent(parent)
        }
        try check { _ in }
        #expect(throws: MLSError(.invalidTree)) { try check { setKey(try #require($0[0]).encryptionKey, &$0) } }
        #expect(throws: MLSError(.cryptography)) { try check { setKey(HPKEPublicKey([1]), &$0) } }
    }

    @Test func parentHashes() throws {
        var group = try changed { _ in }
        try group.checkParentHashes(provider: provider)
        for node in [7, 11] {
            var tree = try changed { nodes in
                guard case .parent(var parent)? = nodes[node] else {
                    Issue.record("no parent at \(node)")
                    return
                }
                parent.encryptionKey = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(32)).publicKey
                nodes[node] = .parent(parent)
            }
            #expect(throws: MLSError(.invalidTree)) { try tree.checkParentHashes(provider: provider) }
        }
    }
}
