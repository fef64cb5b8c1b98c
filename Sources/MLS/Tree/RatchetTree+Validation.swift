extension RatchetTree {
    /// Checks a tree as a joiner must (RFC 9420 §12.4.3.1), but for its tree hash and for the credentials, which are the
    /// application's business (§5.3.1).
    ///
    /// - Throws: `invalidTree`, `invalidLeafNode`, `authenticationFailed` for a leaf's signature, or `cryptography` for a
    ///   key that is no key of the suite.
    package mutating func validate(
        in context: GroupContext, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        try validate(in: context, provider: provider) { _ in }
    }

    /// - Parameter first: what else to do with the tree. A provider with several cores does this and all other checks beside
    ///   those of the signatures, which take longest.
    mutating func validate(
        in context: GroupContext, provider: some CipherSuiteProvider,
        first: @Sendable (inout RatchetTree) throws -> Void
    ) throws(MLSError) {
        let unchecked = self
        let work: [(index: LeafIndex, leafNode: LeafNode)?] = [nil] + leaves
        let checked = try MLSError.mapping {
            try provider.parallelMap(work) { leaf -> RatchetTree? in
                if let (index, leafNode) = leaf {
                    try leafNode.checkSignature(in: context.groupID, at: index, provider: provider)
                    return nil
                }
                var tree = unchecked
                try first(&tree)
                try tree.checkAllButSignatures(in: context, provider: provider)
                return tree
            }
        }
        // With the hashes that were computed on the way.
        if let tree = checked.first ?? nil { self = tree }
    }

    private mutating func checkAllButSignatures(
        in context: GroupContext, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        try checkStructure()
        try checkKeys(provider: provider)
        let leaves = leaves.map(\.leafNode)
        let requirements = try LeafRequirements(of: context)
        for leafNode in leaves { try leafNode.check(against: requirements) }
        try Self.checkAcrossMembers(leaves)
        try checkParentHashes(provider: provider)
    }

    /// Throws unless the tree is as small as it can be (RFC 9420 §12.1.3), and the unmerged leaves of every parent are sorted
    /// members below it that all nodes on the way down to them list too (RFC 9420 §7.1, §12.4.3.1).
    package func checkStructure() throws(MLSError) {
        guard memberCount > 0 else { throw MLSError(.invalidTree, "no members") }
        guard size.depth == 0 || (root?.right).memberCount > 0 else {
            throw MLSError(.invalidTree, "no members in the right half")
        }
        var rule: String?
        forEachNode { index, node in
            guard rule == nil, let parent = node.parent else { return }
            rule = brokenRule(ofUnmergedLeavesIn: parent, at: index)
        }
        if let rule { throw MLSError(.invalidTree, rule) }
    }

    private func brokenRule(ofUnmergedLeavesIn parent: ParentNode, at index: NodeIndex) -> String? {
        for (leaf, next) in zip(parent.unmergedLeaves, parent.unmergedLeaves.dropFirst()) where leaf >= next {
            return "unmerged_leaves are not in increasing order"
        }
        let below = subtree(at: index)
        for leaf in parent.unmergedLeaves {
            guard index.isAncestor(of: leaf) else { return "an unmerged leaf that is no descendant" }
            var subtree = below
            var position = index
            while let (path, _) = position.children(towards: leaf) {
                subtree = path < position ? subtree?.left : subtree?.right
                position = path
                if let between = subtree?.content?.parent, !between.unmergedLeaves.contains(sorted: leaf) {
                    return "an unmerged leaf that a node in between does not list"
                }
            }
            guard subtree?.content != nil else { return "an unmerged leaf that is blank" }
        }
        return nil
    }

    /// Throws unless all encryption keys differ and are keys of the suite.
    package func checkKeys(provider: some CipherSuiteProvider) throws(MLSError) {
        var keys: Set<HPKEPublicKey> = []
        var isUnique = true
        forEachNode { _, node in isUnique = keys.insert(node.encryptionKey).inserted && isUnique }
        guard isUnique else { throw MLSError(.invalidTree, "an encryption_key twice") }
        for key in keys { try MLSError.mapping { try provider.validate(key) } }
    }
}

extension [LeafIndex] {
    /// Whether the leaf is among these, which are in increasing order.
    fileprivate func contains(sorted leaf: LeafIndex) -> Bool {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] == leaf { return true }
            if self[middle] < leaf { low = middle + 1 } else { high = middle }
        }
        return false
    }
}
