/// A node of a filtered direct path.
struct FilteredPathStep: Hashable, Sendable {
    var node: NodeIndex
    /// Its child that is not on the path.
    var copathChild: NodeIndex
}

extension RatchetTree {
    /// The nodes that together cover all members below a node (RFC 9420 §4.1.1), in order.
    package func resolution(of node: NodeIndex) -> [NodeIndex] {
        var resolution: [NodeIndex] = []
        func collect(_ subtree: Subtree?, at position: NodeIndex) {
            guard let subtree, !subtree.isBlank else { return }
            switch subtree.content {
            case .leaf:
                resolution.append(position)
            case .parent(let parent):
                resolution.append(position)
                resolution.append(contentsOf: parent.unmergedLeaves.map(\.nodeIndex))
            case nil:
                if let left = position.left { collect(subtree.left, at: left) }
                if let right = position.right { collect(subtree.right, at: right) }
            }
        }
        collect(subtree(at: node), at: node)
        return resolution
    }

    /// The resolution as an UpdatePath has it: without the leaves that its own commit adds (RFC 9420 §7.6).
    func resolution(of node: NodeIndex, without added: Set<LeafIndex>) -> [NodeIndex] {
        let all = resolution(of: node)
        guard !added.isEmpty else { return all }
        return all.filter { index in index.leafIndex.map { !added.contains($0) } ?? true }
    }

    /// How many nodes `resolution(of:without:)` has.
    func resolutionCount(of node: NodeIndex, without added: Set<LeafIndex>) -> Int {
        subtree(at: node).resolutionCount(at: node, without: added)
    }

    /// Where one of the nodes in `resolution(of:without:)` is that a member has the key of: the first such node, and its
    /// place among the others. It costs O(log n), however many these are.
    ///
    /// - Parameters:
    ///   - leaf: the member's.
    ///   - added: not the member's own leaf.
    ///   - isKnown: whether the member has the private key of a node above its leaf.
    func place(
        of leaf: LeafIndex, inResolutionOf node: NodeIndex, without added: Set<LeafIndex>,
        isKnown: (NodeIndex) -> Bool
    ) -> (index: Int, node: NodeIndex)? {
        guard node.isAncestor(of: leaf) else { return nil }
        var before = 0
        var position = node
        var subtree = subtree(at: node)
        while let current = subtree, !current.isBlank {
            switch current.content {
            case .leaf:
                return (before, position)
            case .parent(let parent):
                guard !isKnown(position) else { return (before, position) }
                let unmerged = parent.unmergedLeaves.filter { !added.contains($0) }
                return unmerged.firstIndex(of: leaf).map { (before + 1 + $0, leaf.nodeIndex) }
            case nil:
                guard let (path, copath) = position.children(towards: leaf) else { return nil }
                if copath < position { before += current.left.resolutionCount(at: copath, without: added) }
                subtree = path < position ? current.left : current.right
                position = path
            }
        }
        return nil
    }

    /// The nodes on the way down to a leaf that are not blank, from the root down, the leaf's own among them.
    func nodes(towards leaf: LeafIndex) -> [NodeIndex] {
        guard size.contains(leaf) else { return [] }
        var nodes: [NodeIndex] = []
        var position = size.root
        var subtree = root
        while let current = subtree {
            if current.content != nil { nodes.append(position) }
            guard let (path, _) = position.children(towards: leaf) else { break }
            subtree = path < position ? current.left : current.right
            position = path
        }
        return nodes
    }

    /// The direct path without the nodes whose other child has nobody below it (RFC 9420 §4.1.2), from the leaf up.
    func filteredDirectPath(of leaf: LeafIndex) -> [FilteredPathStep] {
        guard size.contains(leaf) else { return [] }
        var steps: [FilteredPathStep] = []
        var subtree = root
        var position = size.root
        while let (path, copath) = position.children(towards: leaf) {
            let (left, right) = (subtree?.left, subtree?.right)
            // A subtree's resolution is empty exactly if all its nodes are blank.
            if !(copath < position ? left : right).isBlank {
                steps.append(FilteredPathStep(node: position, copathChild: copath))
            }
            subtree = path < position ? left : right
            position = path
        }
        return steps.reversed()
    }
}

extension Subtree? {
    /// Every leaf that a commit adds is in the resolution of every node above it (RFC 9420 §4.1.1, §7.5): as itself, or
    /// because the nodes above it list it as unmerged.
    fileprivate func resolutionCount(at position: NodeIndex, without added: Set<LeafIndex>) -> Int {
        resolutionCount - added.count(where: position.isAncestor)
    }
}
