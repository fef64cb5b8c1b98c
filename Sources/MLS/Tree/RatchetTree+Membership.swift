extension RatchetTree {
    /// Puts a new member at the leftmost blank leaf (RFC 9420 §12.1.1), of a larger tree if there is none.
    ///
    /// - Returns: where it is.
    package mutating func add(_ leafNode: LeafNode) throws(MLSError) -> LeafIndex {
        let index = try makeRoom()
        changePath(to: index) { position, node in
            if position.isLeaf { return .leaf(leafNode) }
            guard var parent = node?.parent else { return nil }
            let place = parent.unmergedLeaves.firstIndex { $0 > index } ?? parent.unmergedLeaves.endIndex
            parent.unmergedLeaves.insert(index, at: place)
            return .parent(parent)
        }
        return index
    }

    /// The leftmost blank leaf (RFC 9420 §12.1.1), of a larger tree if there is none. It stays blank.
    package mutating func makeRoom() throws(MLSError) -> LeafIndex {
        if memberCount >= Int(leafCount) { try extend() }
        return leftmostBlankLeaf
    }

    /// Replaces a member's leaf and blanks its direct path (RFC 9420 §12.1.2).
    ///
    /// - Throws: `unknownMember` if the leaf is blank or not in the tree.
    package mutating func update(_ leaf: LeafIndex, to leafNode: LeafNode) throws(MLSError) {
        guard self[leaf] != nil else { throw MLSError(.unknownMember, "Update") }
        changePath(to: leaf) { position, _ in position.isLeaf ? .leaf(leafNode) : nil }
    }

    /// Blanks a member's leaf and direct path, and truncates the tree (RFC 9420 §12.1.3).
    ///
    /// - Throws: `unknownMember` if the leaf is blank or not in the tree.
    package mutating func remove(_ leaf: LeafIndex) throws(MLSError) {
        guard self[leaf] != nil else { throw MLSError(.unknownMember, "Remove") }
        changePath(to: leaf) { _, _ in nil }
        truncate()
    }

    /// There is one, or the caller has made one.
    private var leftmostBlankLeaf: LeafIndex {
        var subtree = root
        var position = size.root
        while let left = position.left, let right = position.right {
            let isFull = (subtree?.left).memberCount >= left.leaves.count
            (subtree, position) = isFull ? (subtree?.right, right) : (subtree?.left, left)
        }
        return LeafIndex(position.rawValue / 2)
    }
}

extension ClosedRange<LeafIndex> {
    fileprivate var count: Int { Int(upperBound.rawValue) - Int(lowerBound.rawValue) + 1 }
}
