import MLS
import MLSCodec
import MLSCrypto
import TestSupport
import Testing

/// Random additions, updates and removals against a plain array as the model.
@Suite struct RatchetTreeMembershipTests {
    private let provider: any CipherSuiteProvider

    init() throws {
        provider = try SwiftCryptoProvider(CipherSuite(rawValue: 1))
    }

    @Test(arguments: 1...8)
    func randomChangesKeepTheInvariants(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let first = TestLeaf.unsigned(using: &generator)
        var tree = RatchetTree()
        #expect(try tree.add(first) == LeafIndex(0))
        var model: [LeafNode?] = [first]

        for _ in 0..<120 {
            let occupied = model.indices.filter { model[$0] != nil }
            let leafNode = TestLeaf.unsigned(using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where occupied.count > 1, 1 where occupied.count > 20:
                let index = try #require(occupied.randomElement(using: &generator))
                try tree.remove(LeafIndex(UInt32(index)))
                model[index] = nil
                while model.count > 1, model[(model.count / 2)...].allSatisfy({ $0 == nil }) {
                    model.removeLast(model.count / 2)
                }
            case 2:
                let index = try #require(occupied.randomElement(using: &generator))
                try tree.update(LeafIndex(UInt32(index)), to: leafNode)
                model[index] = leafNode
            default:
                if occupied.count == model.count { model += Array(repeating: nil, count: model.count) }
                let index = try #require(model.firstIndex { $0 == nil })
                #expect(try tree.add(leafNode) == LeafIndex(UInt32(index)))
                model[index] = leafNode
            }
            try checkInvariants(&tree, model)
        }
    }

    private func checkInvariants(_ tree: inout RatchetTree, _ model: [LeafNode?]) throws {
        #expect(Int(tree.leafCount) == model.count)
        #expect(model.indices.map { tree[LeafIndex(UInt32($0))] } == model)
        #expect(tree.memberCount == model.compactMap(\.self).count)
        #expect(tree.leaves.map(\.leafNode) == model.compactMap(\.self))
        try tree.checkStructure()

        // No parent was ever set, so the root's resolution is all members.
        let occupied = model.indices.filter { model[$0] != nil }.map { NodeIndex(UInt32($0 * 2)) }
        #expect(tree.resolution(of: tree.size.root) == occupied)

        let encoded = tree.encoded
        var decoded = try RatchetTree(decoding: encoded)
        #expect(decoded == tree && decoded.encoded == encoded)
        #expect(decoded.treeHash(provider: provider) == tree.treeHash(provider: provider))
    }

    @Test func copiesAreIndependent() throws {
        var generator = SeededGenerator(seed: 1)
        var tree = RatchetTree()
        for _ in 0..<9 { _ = try tree.add(TestLeaf.unsigned(using: &generator)) }
        let before = tree.treeHash(provider: provider)
        var copy = tree
        try copy.remove(LeafIndex(8))
        _ = copy.treeHash(provider: provider)
        #expect(copy.leafCount == 8 && tree.leafCount == 16)
        #expect(tree.treeHash(provider: provider) == before)
        #expect(copy != tree)
    }

    @Test(arguments: [1, 2, 3, 1 << 30, 1 << 31, UInt32.max] as [UInt32])
    func leavesThatAreNotThereAreRefused(index: UInt32) throws {
        var generator = SeededGenerator(seed: 2)
        var tree = RatchetTree()
        _ = try tree.add(TestLeaf.unsigned(using: &generator))
        let before = tree
        #expect(throws: MLSError(.unknownMember)) { try tree.remove(LeafIndex(index)) }
        #expect(throws: MLSError(.unknownMember)) {
            try tree.update(LeafIndex(index), to: TestLeaf.unsigned(using: &generator))
        }
        #expect(tree[LeafIndex(index)] == nil)
        #expect(tree == before)
    }
}
