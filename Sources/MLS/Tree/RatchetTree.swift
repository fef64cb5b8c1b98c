/// The public part of the ratchet tree (RFC 9420 §4.1, §7).
///
/// A value: copies are free, and a change costs O(log n). A tree that was decoded has the form of a tree and nothing
/// more; `validate(in:provider:)` is what a joiner has to ask for before it trusts one.
package struct RatchetTree: Sendable {
    private(set) var root: Subtree?
    package private(set) var size: TreeSize
    /// Says nothing that `root` does not say.
    private(set) var keys: KeyIndex

    /// A tree with room for one leaf, which is blank.
    package init() {
        self.init(root: nil, size: TreeSize(depth: 0))
    }

    init(root: Subtree?, size: TreeSize) {
        self.root = root
        self.size = size
        keys = KeyIndex(of: root, at: size.root)
    }

    /// Leaves of the complete tree, blank ones among them: a power of two.
    package var leafCount: UInt32 { size.leafCount }

    /// Leaves that are not blank.
    package var memberCount: Int { root.memberCount }

    /// The leaf at this place; `nil` if it is blank or outside of the tree.
    package subscript(leaf: LeafIndex) -> LeafNode? {
        size.contains(leaf) ? subtree(at: leaf.nodeIndex)?.content?.leaf : nil
    }

    /// The node at this place; `nil` if it is blank or outside of the tree.
    package subscript(node: NodeIndex) -> Node? {
        subtree(at: node)?.content
    }

    /// All members, in the order of their leaves.
    package var leaves: [(index: LeafIndex, leafNode: LeafNode)] {
        var leaves: [(index: LeafIndex, leafNode: LeafNode)] = []
        leaves.reserveCapacity(memberCount)
        forEachNode { index, node in
            if let leafIndex = index.leafIndex, let leaf = node.leaf { leaves.append((leafIndex, leaf)) }
        }
        return leaves
    }

    /// Visits all nodes that are not blank, in the order of their indices.
    package func forEachNode(_ body: (NodeIndex, Node) -> Void) {
        root.forEach(at: size.root, body)
    }

    func subtree(at node: NodeIndex) -> Subtree? {
        root.descendant(at: node, from: size.root)
    }

    /// Replaces every node from the root to `leaf` by what `change` makes of it.
    mutating func changePath(to leaf: LeafIndex, _ change: (NodeIndex, Node?) -> Node?) {
        var keys = keys
        root = root.changingPath(to: leaf, at: size.root) { position, node in
            let changed = change(position, node)
            keys.replace(node, by: changed, at: position)
            return changed
        }
        self.keys = keys
    }

    /// Doubles the number of leaves (RFC 9420 §7.7).
    mutating func extend() throws(MLSError) {
        guard size.depth < TreeSize.maximumDepth else { throw MLSError(.invalidTree, "no room for another leaf") }
        if let old = root { root = old.isBlank ? nil : Subtree(nil, left: old) }
        size = TreeSize(depth: size.depth + 1)
    }

    /// Halves the number of leaves for as long as there is no member in the right half (RFC 9420 §12.1.3).
    mutating func truncate() {
        while size.depth > 0, let top = root, top.right.memberCount == 0 {
            keys.replace(top.content, by: nil, at: size.root)
            if let right = size.root.right {
                top.right.forEach(at: right) { keys.replace($1, by: nil, at: $0) }
            }
            root = top.left
            size = TreeSize(depth: size.depth - 1)
        }
    }

    /// Takes over the same tree with hashes filled in.
    mutating func replaceRoot(_ root: Subtree) {
        self.root = root
    }
}

extension RatchetTree: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        func equal(_ lhs: Subtree?, _ rhs: Subtree?) -> Bool {
            if lhs === rhs || lhs.isBlank && rhs.isBlank { return true }
            guard let lhs, let rhs else { return false }
            return lhs.content == rhs.content && equal(lhs.left, rhs.left) && equal(lhs.right, rhs.right)
        }
        return lhs.size == rhs.size && equal(lhs.root, rhs.root)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(size)
        hasher.combine(memberCount)
    }
}
