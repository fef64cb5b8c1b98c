import MLSCodec

// struct {
//   NodeType node_type;
//   select (TreeHashInput.node_type) {
//     case leaf:   LeafNodeHashInput leaf_node;
//     case parent: ParentNodeHashInput parent_node;
//   };
// } TreeHashInput;
//
// struct { uint32 leaf_index; optional<LeafNode> leaf_node; } LeafNodeHashInput;
// struct { optional<ParentNode> parent_node; opaque left_hash<V>; opaque right_hash<V>; } ParentNodeHashInput;

extension RatchetTree {
    /// The root's tree hash (RFC 9420 §7.8). What was not changed since the last time is not hashed again.
    ///
    /// A tree's hashes are those of one cipher suite: the provider must be that of the group each time.
    package mutating func treeHash(provider: some CipherSuiteProvider) -> [UInt8] {
        let (root, hash) = root.hashed(at: size.root, provider: provider)
        replaceRoot(root)
        return hash
    }

    /// The tree hash of one node; empty if it is outside of the tree.
    package func treeHash(of node: NodeIndex, provider: some CipherSuiteProvider) -> [UInt8] {
        guard size.contains(node) else { return [] }
        return subtree(at: node).hashed(at: node, provider: provider).hash
    }

    /// The tree hash of a node as it would be if some leaves had never been added: `original_sibling_tree_hash` of
    /// RFC 9420 §7.9.
    ///
    /// - Parameter unmerged: in increasing order.
    func treeHash(
        of node: NodeIndex, without unmerged: [LeafIndex], provider: some CipherSuiteProvider
    ) -> [UInt8] {
        subtree(at: node).hash(at: node, without: unmerged, provider: provider)
    }
}

extension Subtree? {
    /// The subtree with the hash of every node in it, and its own hash.
    fileprivate func hashed(
        at position: NodeIndex, provider: some CipherSuiteProvider
    ) -> (subtree: Subtree, hash: [UInt8]) {
        if let self, let hash = self.hash { return (self, hash) }
        let subtree = self ?? Subtree(nil)
        guard let left = position.left, let right = position.right else {
            let hash = provider.leafHash(subtree.content?.leaf, at: position)
            return (subtree.hashed(hash, left: nil, right: nil), hash)
        }
        let (newLeft, leftHash) = subtree.left.hashed(at: left, provider: provider)
        let (newRight, rightHash) = subtree.right.hashed(at: right, provider: provider)
        let hash = provider.parentHash(subtree.content?.parent, left: leftHash, right: rightHash)
        return (subtree.hashed(hash, left: newLeft, right: newRight), hash)
    }

    /// The hash with the leaves of `unmerged` blank, and absent from all lists of unmerged leaves.
    fileprivate func hash(
        at position: NodeIndex, without unmerged: [LeafIndex], provider: some CipherSuiteProvider
    ) -> [UInt8] {
        let below = unmerged.filter(position.isAncestor)
        guard !below.isEmpty else { return hashed(at: position, provider: provider).hash }
        guard let left = position.left, let right = position.right else {
            return provider.leafHash(nil, at: position)
        }
        var parent = self?.content?.parent
        let absent = Set(below)
        parent?.unmergedLeaves.removeAll { absent.contains($0) }
        return provider.parentHash(
            parent,
            left: (self?.left).hash(at: left, without: below, provider: provider),
            right: (self?.right).hash(at: right, without: below, provider: provider))
    }
}

extension CipherSuiteProvider {
    fileprivate func leafHash(_ leaf: LeafNode?, at position: NodeIndex) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: 512)
        writer.write(integer: UInt8(1))
        writer.write(integer: position.rawValue / 2)
        leaf.encode(into: &writer)
        return hash(writer.bytes)
    }

    fileprivate func parentHash(_ parent: ParentNode?, left: [UInt8], right: [UInt8]) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: 256)
        writer.write(integer: UInt8(2))
        parent.encode(into: &writer)
        writer.write(opaque: left)
        writer.write(opaque: right)
        return hash(writer.bytes)
    }
}
