extension RatchetTree {
    /// Merges a received path into the tree (RFC 9420 §7.5, §12.4.2).
    ///
    /// It checks the path's form, that all its keys are new and usable, and its parent hash. The leaf's own rules and
    /// signature (§7.3) are the caller's to check.
    ///
    /// - Parameter added: leaves of members whom the same commit adds.
    /// - Throws: `unknownMember` if the sender's leaf is blank, `invalidCommit` for a path of another form or with used
    ///   keys, `cryptography` for a key that is none, `authenticationFailed` for the parent hash.
    package mutating func merge(
        _ path: UpdatePath, from sender: LeafIndex, adding added: Set<LeafIndex>, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        guard self[sender] != nil else { throw MLSError(.unknownMember, "the committer") }
        try mergePath(path, of: sender, adding: added, provider: provider)
    }

    /// Merges the path of somebody who joins with it, at a leaf that is blank so far (RFC 9420 §12.4.3.2).
    mutating func merge(
        _ path: UpdatePath, joiningAt leaf: LeafIndex, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        guard self[leaf] == nil else { throw MLSError(.invalidTree, "a joiner at a leaf that is not blank") }
        try mergePath(path, of: leaf, adding: [], provider: provider)
    }

    private mutating func mergePath(
        _ path: UpdatePath, of sender: LeafIndex, adding added: Set<LeafIndex>, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        let steps = filteredDirectPath(of: sender)
        guard steps.count == path.nodes.count else { throw MLSError(.invalidCommit, "number of path nodes") }
        for (step, node) in zip(steps, path.nodes) {
            guard resolutionCount(of: step.copathChild, without: added) == node.encryptedPathSecretCount else {
                throw MLSError(.invalidCommit, "number of encrypted path secrets")
            }
        }

        let parentKeys = path.nodes.map(\.encryptionKey)
        let keys = Set(parentKeys + [path.leafNode.content.encryptionKey])
        guard keys.count == parentKeys.count + 1, !keys.contains(where: { self.keys.contains($0) }) else {
            throw MLSError(.invalidCommit, "a path with a key that is not new")
        }
        for key in keys { try MLSError.mapping { try provider.validate(key) } }

        var merged = self
        let (parents, parentHash) = merged.pathNodes(steps, keys: parentKeys, provider: provider)
        guard path.leafNode.content.source.parentHash == parentHash else {
            throw MLSError(.authenticationFailed, "parent_hash")
        }
        merged.setPath(of: sender, path.leafNode, parents: parents)
        self = merged
    }
}

extension TreePrivateKeys {
    /// Decrypts one's path secret of a received path and takes the keys that come from it (RFC 9420 §7.5).
    ///
    /// - Parameters:
    ///   - tree: with the path merged into it.
    ///   - added: leaves of members whom the same commit adds.
    ///   - groupContext: the encoded provisional GroupContext.
    /// - Returns: the commit secret.
    /// - Throws: `missingKey` if no key of this member can decrypt it, `authenticationFailed` or `invalidCommit` if what is
    ///   in there is wrong.
    package mutating func process(
        _ path: UpdatePath, from sender: LeafIndex, in tree: RatchetTree, adding added: Set<LeafIndex>,
        groupContext: [UInt8], provider: some CipherSuiteProvider
    ) throws(MLSError) -> SecretBytes {
        var updated = self
        updated.dropBlankNodes(of: tree)
        let steps = tree.filteredDirectPath(of: sender)
        let (index, secret) = try updated.decryptPathSecret(
            of: path, from: sender, in: tree, adding: added, groupContext: groupContext, provider: provider)
        let commitSecret: SecretBytes
        do {
            commitSecret = try updated.derive(
                from: secret, at: steps[index...], in: tree, provider: provider)
        } catch {
            throw MLSError(.invalidCommit, error.context)
        }
        self = updated
        return commitSecret
    }

    /// The path secret that is meant for this member, and which of the path's nodes it belongs to.
    package func decryptPathSecret(
        of path: UpdatePath, from sender: LeafIndex, in tree: RatchetTree, adding added: Set<LeafIndex>,
        groupContext: [UInt8], provider: some CipherSuiteProvider
    ) throws(MLSError) -> (index: Int, pathSecret: SecretBytes) {
        let steps = tree.filteredDirectPath(of: sender)
        guard sender != leafIndex, steps.count == path.nodes.count,
            let index = steps.firstIndex(where: { $0.copathChild.isAncestor(of: leafIndex) })
        else { throw MLSError(.invalidCommit, "a path that does not reach this member") }

        let node = path.nodes[index]
        let copathChild = steps[index].copathChild
        guard tree.resolutionCount(of: copathChild, without: added) == node.encryptedPathSecretCount else {
            throw MLSError(.invalidCommit, "number of encrypted path secrets")
        }
        let place = tree.place(of: leafIndex, inResolutionOf: copathChild, without: added) {
            privateKey(of: $0) != nil
        }
        guard let place, let privateKey = privateKey(of: place.node),
            let ciphertext = node.encryptedPathSecret(at: place.index)
        else { throw MLSError(.missingKey, "path secret") }
        let secret = try MLSError.mapping {
            var plaintext = try provider.decryptWithLabel(
                privateKey, label: "UpdatePathNode", context: groupContext, ciphertext: ciphertext)
            defer { plaintext.wipe() }
            return SecretBytes(plaintext)
        }
        guard secret.count == provider.hashLength else { throw MLSError(.invalidCommit, "a path secret's length") }
        return (index, secret)
    }
}
