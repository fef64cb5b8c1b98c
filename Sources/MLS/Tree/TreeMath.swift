extension LeafIndex {
    /// The leaf's place in the array form of a tree. Only meaningful for a leaf that some tree contains.
    package var nodeIndex: NodeIndex { NodeIndex(rawValue &* 2) }
}

extension NodeIndex {
    /// 0 for leaves, one more for each step up (RFC 9420 Appendix C).
    package var level: Int { (~rawValue).trailingZeroBitCount }

    package var isLeaf: Bool { rawValue & 1 == 0 }

    /// The same place counted among leaves; `nil` for parents.
    package var leafIndex: LeafIndex? { isLeaf ? LeafIndex(rawValue / 2) : nil }

    /// `nil` for leaves.
    package var left: NodeIndex? {
        isLeaf ? nil : NodeIndex(rawValue ^ (1 << UInt32(level - 1)))
    }

    /// `nil` for leaves.
    package var right: NodeIndex? {
        isLeaf ? nil : NodeIndex(rawValue ^ (3 << UInt32(level - 1)))
    }

    /// The leaves below this node; for a leaf, itself.
    package var leaves: ClosedRange<LeafIndex> {
        let span: UInt32 = (1 << UInt32(level)) &- 1
        let first = (rawValue & ~span) / 2
        return LeafIndex(first)...LeafIndex(first | span)
    }

    /// Whether the leaf is in the subtree below this node.
    package func isAncestor(of leaf: LeafIndex) -> Bool { leaves.contains(leaf) }

    /// The child on the way down to `leaf`, and the other one. `nil` for leaves.
    func children(towards leaf: LeafIndex) -> (path: NodeIndex, copath: NodeIndex)? {
        guard let left, let right else { return nil }
        return left.isAncestor(of: leaf) ? (left, right) : (right, left)
    }
}

/// The shape of a complete tree, and the way from node to node in it (RFC 9420 §4.1, Appendix C).
///
/// Every function answers `nil` for what is not in the tree.
package struct TreeSize: Hashable, Sendable {
    /// Levels above the leaves; the tree has `2^depth` leaves.
    package let depth: Int

    /// Node indices are 32 bits wide.
    static let maximumDepth = 30

    init(depth: Int) {
        precondition((0...Self.maximumDepth).contains(depth), "no tree of MLS has 2^\(depth) leaves")
        self.depth = depth
    }

    /// The smallest complete tree with room for so many leaves; `nil` if no tree has.
    package init?(leaves count: UInt32) {
        guard count <= 1 << UInt32(Self.maximumDepth) else { return nil }
        depth = count <= 1 ? 0 : UInt32.bitWidth - (count - 1).leadingZeroBitCount
    }

    package var leafCount: UInt32 { 1 << UInt32(depth) }
    package var nodeCount: UInt32 { leafCount * 2 - 1 }
    package var root: NodeIndex { NodeIndex(leafCount - 1) }

    package func contains(_ node: NodeIndex) -> Bool { node.rawValue < nodeCount }
    package func contains(_ leaf: LeafIndex) -> Bool { leaf.rawValue < leafCount }

    package func parent(of node: NodeIndex) -> NodeIndex? {
        guard contains(node), node != root else { return nil }
        let level = UInt32(node.level)
        let isRight = (node.rawValue >> (level + 1)) & 1
        return NodeIndex((node.rawValue | (1 << level)) ^ (isRight << (level + 1)))
    }

    package func sibling(of node: NodeIndex) -> NodeIndex? {
        guard let parent = parent(of: node) else { return nil }
        return node < parent ? parent.right : parent.left
    }

    /// From the leaf's parent up to the root. Empty for a leaf that is the root, or is not in the tree.
    package func directPath(of leaf: LeafIndex) -> [NodeIndex] {
        guard contains(leaf) else { return [] }
        var path: [NodeIndex] = []
        var node = leaf.nodeIndex
        while let parent = parent(of: node) {
            path.append(parent)
            node = parent
        }
        return path
    }

    /// The siblings of the leaf and of its direct path without the root, from the leaf up.
    package func copath(of leaf: LeafIndex) -> [NodeIndex] {
        guard contains(leaf) else { return [] }
        return ([leaf.nodeIndex] + directPath(of: leaf)).compactMap(sibling)
    }

    /// The lowest node above both leaves; the leaf itself if they are the same.
    package func commonAncestor(_ first: LeafIndex, _ second: LeafIndex) -> NodeIndex? {
        guard contains(first), contains(second) else { return nil }
        let level = UInt32(UInt32.bitWidth - (first.rawValue ^ second.rawValue).leadingZeroBitCount)
        return NodeIndex(((first.rawValue >> level) << (level + 1)) | ((1 << level) - 1))
    }
}
