import MLSCodec

// struct {
//     HPKEPublicKey encryption_key;
//     opaque parent_hash<V>;
//     opaque original_sibling_tree_hash<V>;
// } ParentHashInput;

extension CipherSuiteProvider {
    /// The parent hash of a node (RFC 9420 §7.9).
    func parentHash(of parent: ParentNode, originalSiblingTreeHash: [UInt8]) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: 256)
        parent.encryptionKey.encode(into: &writer)
        writer.write(opaque: parent.parentHash)
        writer.write(opaque: originalSiblingTreeHash)
        return hash(writer.bytes)
    }
}

extension RatchetTree {
    /// The nodes of a leaf's filtered direct path with new keys, and the parent hashes that follow (RFC 9420 §7.5, §7.9).
    ///
    /// - Parameters:
    ///   - steps: the leaf's filtered direct path.
    ///   - keys: one for each of `steps`.
    /// - Returns: also the leaf's own parent hash.
    mutating func pathNodes(
        _ steps: [FilteredPathStep], keys: [HPKEPublicKey], provider: some CipherSuiteProvider
    ) -> (parents: [NodeIndex: ParentNode], parentHash: [UInt8]) {
        _ = treeHash(provider: provider)
        var parents: [NodeIndex: ParentNode] = [:]
        var parentHash: [UInt8] = []
        for (step, key) in zip(steps, keys).reversed() {
            let parent = ParentNode(encryptionKey: key, parentHash: parentHash)
            // The node is new and has no unmerged leaves, so the sibling's original hash is the one it has now.
            parentHash = provider.parentHash(
                of: parent, originalSiblingTreeHash: treeHash(of: step.copathChild, provider: provider))
            parents[step.node] = parent
        }
        return (parents, parentHash)
    }

    /// Replaces a leaf, and its direct path by these nodes and blanks (RFC 9420 §7.5).
    mutating func setPath(of leaf: LeafIndex, _ leafNode: LeafNode, parents: [NodeIndex: ParentNode]) {
        changePath(to: leaf) { position, _ in
            position.isLeaf ? .leaf(leafNode) : parents[position].map(Node.parent)
        }
    }

    /// Throws unless every parent node was set by a member below it (RFC 9420 §7.9.2).
    ///
    /// A parent is valid if exactly one node below it carries its parent hash and everything else in that node's place is
    /// unmerged. As that holds for all parents, each can be followed down to a leaf.
    package mutating func checkParentHashes(provider: some CipherSuiteProvider) throws(MLSError) {
        _ = treeHash(provider: provider)
        var parents: [(NodeIndex, ParentNode)] = []
        forEachNode { index, node in
            if let parent = node.parent { parents.append((index, parent)) }
        }
        for (index, parent) in parents {
            guard let left = index.left, let right = index.right else { continue }
            let isSetFromLeft = isParentHashValid(parent, child: left, sibling: right, provider: provider)
            let isSetFromRight = isParentHashValid(parent, child: right, sibling: left, provider: provider)
            guard isSetFromLeft != isSetFromRight else { throw MLSError(.invalidTree, "parent_hash") }
        }
    }

    /// Whether a node below `child` carries the parent hash of `parent` with copath child `sibling`.
    private func isParentHashValid(
        _ parent: ParentNode, child: NodeIndex, sibling: NodeIndex, provider: some CipherSuiteProvider
    ) -> Bool {
        let unmerged = Set(parent.unmergedLeaves.filter(child.isAncestor).map(\.nodeIndex))
        let resolution = resolution(of: child)
        // Exactly one node of the resolution may be none of the unmerged leaves, and all of these must be in it.
        guard resolution.count == unmerged.count + 1 else { return false }
        let others = resolution.filter { !unmerged.contains($0) }
        guard others.count == 1, let setter = others.first, let parentHash = self[setter]?.parentHash else {
            return false
        }
        let original = treeHash(of: sibling, without: parent.unmergedLeaves, provider: provider)
        return parentHash == provider.parentHash(of: parent, originalSiblingTreeHash: original)
    }
}
