import MLSCodec

/// What became of a message that a group processed.
public enum ProcessedMessage: Sendable {
    /// A valid proposal, which is pending now.
    case proposal(PendingProposal)
    /// A valid commit, which waits to be merged.
    case commit(StagedCommit)
    case application(ApplicationMessage)
}

extension Group {
    /// Processes a message to this group in this epoch.
    ///
    /// Only a proposal changes the group: it is pending afterwards. A commit is checked to the end, its confirmation tag
    /// included, and handed back staged. Whatever is refused changes nothing.
    ///
    /// - Parameter preSharedKeys: those at hand, where a commit may take some in. The epoch's own resumption key need not
    ///   be among them.
    /// - Throws: `ownMessage` for one's own commit, which only the state it was staged with can merge; `unsupported` for
    ///   what this library does not do; others as their names say.
    public mutating func process(
        _ message: MLSMessage, preSharedKeys: PreSharedKeys = [:]
    ) throws(MLSError) -> ProcessedMessage {
        try checkActive()
        let verified = try unprotect(message)
        guard let sender = verified.content.sender.leafIndex else {
            throw MLSError(.unsupported, "messages from outside the group")
        }
        switch verified.content.body {
        case .application(let data):
            let member = try requiredMember(at: sender)
            return .application(
                ApplicationMessage(
                    data: data, authenticatedData: verified.content.authenticatedData, epoch: epoch, sender: sender,
                    senderCredential: member.credential, senderSignatureKey: member.signatureKey))
        case .proposal(let proposal):
            try check(proposal, from: sender, in: context)
            let pending = PendingProposal(
                reference: verified.authenticatedContent.proposalReference(provider: provider), sender: sender,
                proposal: proposal, authenticatedData: verified.content.authenticatedData, leafPrivateKey: nil)
            add(pending)
            return .proposal(pending)
        case .commit(let commit):
            return .commit(
                try stage(commit, in: verified, from: sender, message: message, preSharedKeys: preSharedKeys))
        }
    }

    /// Checks somebody else's commit and computes the group after it (RFC 9420 §12.4.2).
    private func stage(
        _ commit: Commit, in verified: VerifiedContent, from sender: LeafIndex, message: MLSMessage,
        preSharedKeys: PreSharedKeys
    ) throws(MLSError) -> StagedCommit {
        guard sender != ownLeafIndex else { throw MLSError(.ownMessage) }
        let proposals = try resolve(commit.proposals, from: sender)
        let list = try ProposalList(proposals, by: sender)
        guard commit.path != nil || !list.requiresPath else { throw MLSError(.invalidCommit, "the path is missing") }

        return try MLSError.mapping {
            var state = try apply(list)
            var merged: Group
            if state.removesOwnLeaf {
                // The next epoch's secrets are out of reach, and so is the confirmation tag. All that is public is
                // checked nevertheless.
                if let path = commit.path { try mergePublicPath(path, from: sender, into: &state) }
                try state.tree.checkMembers(changed: changedLeaves(of: state, by: sender, path: commit.path))
                merged = self
                merged.isRemoved = true
                merged.pendingProposals = []
            } else {
                let commitSecret = try commit.path.map { try mergePath($0, from: sender, into: &state) }
                try state.tree.checkMembers(changed: changedLeaves(of: state, by: sender, path: commit.path))
                merged = try advance(
                    state, commit: verified.authenticatedContent,
                    commitSecret: commitSecret, preSharedKeys: preSharedKeys
                ).group
                guard let tag = verified.auth.confirmationTag, constantTimeEqual(tag, merged.confirmationTag) else {
                    throw MLSError(.authenticationFailed, "confirmation_tag")
                }
            }
            let updated = state.updated + (commit.path == nil ? [] : [sender])
            return StagedCommit(
                message: message, welcome: nil, sender: sender,
                authenticatedData: verified.content.authenticatedData, proposals: proposals,
                added: state.added.map { Member(leafIndex: $0.leafIndex, leafNode: $0.keyPackage.leafNode) },
                removed: state.removed, updated: state.removesOwnLeaf ? [] : merged.members(at: updated),
                merged: merged, parentTranscriptHash: interimTranscriptHash)
        }
    }

    /// The proposals that a commit holds or names (RFC 9420 §12.4).
    private func resolve(
        _ items: [ProposalOrRef], from committer: LeafIndex
    ) throws(MLSError) -> [CommittedProposal] {
        let pending = Dictionary(pendingProposals.map { ($0.reference, $0.committed) }) { first, _ in first }
        return try items.map { (item) throws(MLSError) in
            switch item {
            case .proposal(let proposal):
                return CommittedProposal(proposal: proposal, sender: committer, reference: nil)
            case .reference(let reference):
                guard let known = pending[reference] else { throw MLSError(.unknownProposal) }
                return known
            }
        }
    }

    private func changedLeaves(
        of state: ProvisionalState, by sender: LeafIndex, path: UpdatePath?
    ) -> Set<LeafIndex> {
        state.addedLeaves.union(state.updated).union(path == nil ? [] : [sender])
    }

    /// Checks a commit's path, puts it into the tree and decrypts the commit secret (RFC 9420 §7.5, §12.4.2).
    private func mergePath(
        _ path: UpdatePath, from sender: LeafIndex, into state: inout ProvisionalState
    ) throws -> SecretBytes {
        try mergePublicPath(path, from: sender, into: &state)
        state.context.treeHash = state.tree.treeHash(provider: provider)
        return try state.treeKeys.process(
            path, from: sender, in: state.tree, adding: state.addedLeaves, groupContext: state.context.encoded,
            provider: provider)
    }

    /// Checks what of a commit's path anybody can check, and puts it into the tree.
    private func mergePublicPath(
        _ path: UpdatePath, from sender: LeafIndex, into state: inout ProvisionalState
    ) throws {
        let current = try requiredMember(at: sender)
        guard path.leafNode.source.isCommit else { throw MLSError(.invalidCommit, "leaf_node_source of the path") }
        guard path.leafNode.encryptionKey != current.leafNode.encryptionKey else {
            throw MLSError(.invalidCommit, "a path that keeps the leaf's encryption_key")
        }
        try path.leafNode.check(against: state.context)
        try path.leafNode.checkSignature(in: groupID, at: sender, provider: provider)

        try state.tree.merge(path, from: sender, adding: state.addedLeaves, provider: provider)
    }
}
