import MLSCodec

extension Group {
    /// Checks a commit's path, puts it into the tree and decrypts the commit secret (RFC 9420 §7.5, §12.4.2).
    func mergePath(
        _ path: UpdatePath, from sender: LeafIndex, into state: inout ProvisionalState
    ) throws -> SecretBytes {
        try mergePublicPath(path, from: sender, into: &state)
        state.context.treeHash = state.tree.treeHash(provider: provider)
        return try state.treeKeys.process(
            path, from: sender, in: state.tree, adding: state.addedLeaves, groupContext: state.context.encoded,
            provider: provider)
    }

    /// Checks what of a commit's path anybody can check, and puts it into the tree.
    func mergePublicPath(
        _ path: UpdatePath, from sender: LeafIndex, into state: inout ProvisionalState
    ) throws {
        // Whoever joins by itself replaces its former leaf, if any (RFC 9420 §12.2).
        let former = state.joiner == nil ? try requiredMember(at: sender) : state.formerSelf
        guard path.leafNode.source.isCommit else { throw MLSError(.invalidCommit, "leaf_node_source of the path") }
        guard path.leafNode.encryptionKey != former?.leafNode.encryptionKey else {
            throw MLSError(.invalidCommit, "a path that keeps the leaf's encryption_key")
        }
        try path.leafNode.check(against: state.context)
        try path.leafNode.checkSignature(in: groupID, at: sender, provider: provider)
        if state.joiner == nil, let former {
            try credentials?.check(path.leafNode, succeeding: former.leafNode)
        } else {
            try credentials?.check(path.leafNode, for: former.map { .successor(of: $0.credential) } ?? .newMember)
        }

        if let joiner = state.joiner {
            try state.tree.merge(path, joiningAt: joiner, provider: provider)
        } else {
            try state.tree.merge(path, from: sender, adding: state.addedLeaves, provider: provider)
        }
    }
}
