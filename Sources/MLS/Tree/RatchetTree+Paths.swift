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
        added.isEmpty ? subtree(at: node).resolutionCount : resolution(of: node, without: added).count
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
