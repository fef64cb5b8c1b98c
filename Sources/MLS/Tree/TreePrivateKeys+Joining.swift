extension TreePrivateKeys {
    /// The keys of a new member (RFC 9420 §12.4.3.1).
    ///
    /// - Parameters:
    ///   - leafKey: the private key of its KeyPackage's leaf.
    ///   - pathSecret: that of its GroupSecrets, if there is one.
    ///   - signer: who sent the Welcome.
    ///   - tree: validated.
    /// - Throws: `invalidTree` if a key is not the one that the tree has.
    package init(
        joiningAt leafIndex: LeafIndex, leafKey: HPKEPrivateKey, pathSecret: SecretBytes?, from signer: LeafIndex,
        in tree: RatchetTree, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        self.init(leafIndex: leafIndex, leafKey: leafKey)
        try checkConsistency(with: tree, provider: provider)
        guard let pathSecret else { return }
        try set(pathSecret: pathSecret, from: signer, in: tree, provider: provider)
    }

    /// Sets the keys from the lowest node above both leaves up.
    package mutating func set(
        pathSecret: SecretBytes, from signer: LeafIndex, in tree: RatchetTree, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        let steps = tree.filteredDirectPath(of: signer)
        let ancestor = tree.size.commonAncestor(leafIndex, signer)
        guard signer != leafIndex, let first = steps.firstIndex(where: { $0.node == ancestor }) else {
            throw MLSError(.invalidTree, "a path secret for a node that is not on the signer's path")
        }
        try derive(from: pathSecret, at: steps[first...], in: tree, provider: provider)
    }

    /// Sets the key of one node above the leaf, and no other.
    package mutating func set(
        pathSecret: SecretBytes, of node: NodeIndex, in tree: RatchetTree, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        try derive(
            from: pathSecret, at: [FilteredPathStep(node: node, copathChild: node)], in: tree, provider: provider)
    }
}
