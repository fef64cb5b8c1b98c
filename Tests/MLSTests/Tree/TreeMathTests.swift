import MLS
import Testing

@Suite struct TreeMathTests {
    @Test(arguments: 0...7 as ClosedRange<UInt32>)
    func childrenAndParentsAgree(depth: UInt32) throws {
        let size = try #require(TreeSize(leaves: 1 << depth))
        #expect(size.parent(of: size.root) == nil)
        #expect(size.sibling(of: size.root) == nil)
        for index in 0..<size.nodeCount {
            let node = NodeIndex(index)
            if let left = node.left, let right = node.right {
                #expect(size.parent(of: left) == node && size.parent(of: right) == node)
                #expect(size.sibling(of: left) == right && size.sibling(of: right) == left)
                #expect(left.level == node.level - 1 && right.level == node.level - 1)
                #expect(node.leaves == left.leaves.lowerBound...right.leaves.upperBound)
            } else {
                #expect(node.leafIndex?.nodeIndex == node)
            }
        }
    }

    @Test(arguments: 0...6 as ClosedRange<UInt32>)
    func pathsAndAncestorsAgree(depth: UInt32) throws {
        let size = try #require(TreeSize(leaves: 1 << depth))
        for first in (0..<size.leafCount).map({ LeafIndex($0) }) {
            let path = size.directPath(of: first)
            #expect(path.count == size.depth && size.copath(of: first).count == size.depth)
            #expect(path.allSatisfy { $0.isAncestor(of: first) })
            #expect(size.copath(of: first).allSatisfy { !$0.isAncestor(of: first) })
            for second in (0..<size.leafCount).map({ LeafIndex($0) }) {
                let lowest = ([first.nodeIndex] + path).first { $0.isAncestor(of: second) }
                #expect(size.commonAncestor(first, second) == lowest)
            }
        }
    }

    @Test(arguments: [UInt32.max, UInt32.max - 1, 1 << 31, (1 << 31) - 1, 1 << 30, 31, 15] as [UInt32])
    func whatIsOutsideHasNoPlace(value: UInt32) throws {
        let size = try #require(TreeSize(leaves: 8))
        #expect(!size.contains(NodeIndex(value)))
        #expect(size.parent(of: NodeIndex(value)) == nil)
        #expect(size.sibling(of: NodeIndex(value)) == nil)
        #expect(size.directPath(of: LeafIndex(value)).isEmpty)
        #expect(size.copath(of: LeafIndex(value)).isEmpty)
        #expect(size.commonAncestor(LeafIndex(0), LeafIndex(value)) == nil)
        #expect((NodeIndex(value).left == nil) == NodeIndex(value).isLeaf)
        #expect(NodeIndex(value).leaves.lowerBound <= NodeIndex(value).leaves.upperBound)
    }

    @Test func numbersOfLeavesAreRoundedUp() {
        #expect([0, 1, 2, 3, 4, 5, 8, 9].map { TreeSize(leaves: $0)?.leafCount } == [1, 1, 2, 4, 4, 8, 8, 16])
        #expect(TreeSize(leaves: 1 << 30)?.leafCount == 1 << 30)
        #expect(TreeSize(leaves: (1 << 30) + 1) == nil)
        #expect(TreeSize(leaves: .max) == nil)
    }
}
