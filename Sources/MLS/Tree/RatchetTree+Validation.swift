extension RatchetTree {
    /// Checks a tree as a joiner must (RFC 9420 §12.4.3.1), but for its tree hash and for the credentials, which are the
    /// application's business (§5.3.1).
    ///
    /// - Throws: `invalidTree`, `invalidLeafNode`, `authenticationFailed` for a leaf's signature, or `cryptography` for a
    ///   key that is no key of the suite.
    public mutating func validate(
        in context: GroupContext, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        try checkStructure()
        try checkKeys(provider: provider)
        let leaves = leaves
        let requirements = try LeafRequirements(of: context)
        for (_, leafNode) in leaves { try leafNode.check(against: requirements) }
        try checkAcrossMembers(leaves.map(\.leafNode))
        try checkParentHashes(provider: provider)
        try checkSignatures(groupID: context.groupID, provider: provider)
    }

    /// Throws unless the tree is as small as it can be (RFC 9420 §12.1.3), and the unmerged leaves of every parent are sorted members below it that all nodes on the way down to
    /// them list too (RFC 9420 §7.1, §12.4.3.1).
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

    /// Throws unless every leaf is signed, for its place in this group (RFC 9420 §7.3).
    package func checkSignatures(groupID: [UInt8], provider: some CipherSuiteProvider) throws(MLSError) {
        _ = try MLSError.mapping {
            try provider.parallelMap(leaves) { index, leafNode in
                try leafNode.checkSignature(in: groupID, at: index, provider: provider)
            }
        }
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
