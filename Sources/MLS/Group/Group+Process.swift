import MLSCodec

/// What became of a message that a group processed.
public enum ProcessedMessage: Sendable {
    /// A valid proposal, which is pending now.
    case proposal(PendingProposal)
    /// A valid commit, which waits to be merged.
    case commit(StagedCommit)
    /// An application message, whose signature was checked.
    case application(ApplicationMessage)
}

extension Group {
    /// Processes a message to this group in this epoch.
    ///
    /// A proposal is pending afterwards. A commit is checked to the end, its confirmation tag included, and handed back
    /// staged. Whatever is refused changes nothing. A group that deletes its keys (`KeyRetention.strict`) deletes that of
    /// each encrypted message that it accepts, and can process none of them twice; that of a commit goes when the commit is
    /// merged, so that one that was dropped, or was staged when the program ended, can be processed again.
    ///
    /// Proposals and commits may come from outside the group (RFC 9420 §12.1.8, §12.4.3.2). Whether the application lets
    /// somebody in who sends an external commit shows in `StagedCommit.isExternal` before it is merged; Adds that new
    /// members propose themselves are committed only by who admits them (`CommitRequest.admitting`). Anybody can send
    /// such Adds: whoever does not expect any drops them before they get here, where valid ones are kept until the epoch
    /// ends, as many as `GroupRules.newMemberProposalLimit` says.
    ///
    /// - Parameter preSharedKeys: those at hand, where a commit may take some in. The epoch's own resumption key need not
    ///   be among them.
    /// - Throws: `ownMessage` for one's own commit, which only the state it was staged with can merge; `removed` and
    ///   `reInitialized` where the group is over; others as their names say.
    public mutating func process(
        _ message: MLSMessage, preSharedKeys: PreSharedKeys = [:]
    ) throws(MLSError) -> ProcessedMessage {
        try checkActive()
        // Of this epoch or of a past one.
        if message.header?.contentType == .application { return .application(try read(message)) }
        let (verified, use) = try unprotect(message)
        let processed = try process(verified, in: message, preSharedKeys: preSharedKeys)
        guard case .commit(var staged) = processed else {
            finish(use)
            return processed
        }
        staged.keyUse = use
        return .commit(staged)
    }

    private mutating func process(
        _ verified: VerifiedContent, in message: MLSMessage, preSharedKeys: PreSharedKeys
    ) throws(MLSError) -> ProcessedMessage {
        let sender = verified.content.sender
        switch verified.content.body {
        case .application:
            throw MLSError(.malformed, "application data in a handshake message")
        case .proposal(let proposal):
            if sender == .newMemberProposal { try checkRoomForNewMember() }
            try check(proposal, from: sender, in: LeafRequirements(of: context))
            guard proposal != .selfRemove || verified.authenticatedContent.wireFormat == .publicMessage else {
                throw MLSError(.malformed, "a SelfRemove that joiners cannot read")
            }
            let pending = PendingProposal(
                reference: verified.authenticatedContent.proposalReference(provider: provider), sender: sender,
                proposal: proposal, authenticatedData: verified.content.authenticatedData, leafPrivateKey: nil)
            add(pending)
            return .proposal(pending)
        case .commit(let commit):
            return .commit(try stage(commit, in: verified, message: message, preSharedKeys: preSharedKeys))
        }
    }

    /// Checks somebody else's commit and computes the group after it (RFC 9420 §12.4.2).
    private func stage(
        _ commit: Commit, in verified: VerifiedContent, message: MLSMessage, preSharedKeys: PreSharedKeys
    ) throws(MLSError) -> StagedCommit {
        guard verified.content.sender != .member(ownLeafIndex) else { throw MLSError(.ownMessage) }
        let list = try proposalList(of: commit, from: verified.content.sender)
        guard commit.path != nil || !list.requiresPath(custom: rules.customProposals) else {
            throw MLSError(.invalidCommit, "the path is missing")
        }

        return try MLSError.mapping {
            var state = try apply(list)
            guard let sender = verified.content.sender.leafIndex ?? state.joiner else {
                throw MLSError(.malformed, "a commit of nobody")
            }
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
                    state,
                    confirmedTranscriptHash: provider.confirmedTranscriptHash(
                        interim: interimTranscriptHash, commit: verified),
                    commitSecret: commitSecret, preSharedKeys: preSharedKeys
                ).group
                guard let tag = verified.auth.confirmationTag, constantTimeEqual(tag, merged.confirmationTag) else {
                    throw MLSError(.authenticationFailed, "confirmation_tag")
                }
            }
            var added = state.added.map { Member(leafIndex: $0.leafIndex, leafNode: $0.keyPackage.leafNode) }
            var updated = state.updated
            if let path = commit.path {
                if state.joiner == nil {
                    updated.append(sender)
                } else {
                    added.append(Member(leafIndex: sender, leafNode: path.leafNode))
                }
            }
            return StagedCommit(
                message: message, welcome: nil, sender: sender, isExternal: state.joiner != nil,
                authenticatedData: verified.content.authenticatedData, proposals: list.proposals, added: added,
                removed: state.removed, updated: state.removesOwnLeaf ? [] : merged.members(at: updated),
                merged: merged, parentTranscriptHash: interimTranscriptHash)
        }
    }

    /// What a commit does, if its sender may do that (RFC 9420 §12.2).
    private func proposalList(of commit: Commit, from sender: Sender) throws(MLSError) -> ProposalList {
        let proposals = try resolve(commit.proposals, from: sender)
        if let committer = sender.leafIndex { return try ProposalList(proposals, by: committer) }
        return try ProposalList(ofExternalCommit: proposals)
    }

    /// The proposals that a commit holds or names (RFC 9420 §12.4).
    private func resolve(
        _ items: [ProposalOrRef], from committer: Sender
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
}
