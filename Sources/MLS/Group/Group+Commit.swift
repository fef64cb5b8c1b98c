import MLSCodec

extension Group {
    /// Makes a commit, the Welcome for those it adds, and the group's next state (RFC 9420 §12.4.1).
    ///
    /// This group is not changed. The caller stores the staged commit, sends its message, and merges it once the delivery
    /// service has accepted it; or drops it, and never uses the message's generation again.
    ///
    /// - Parameters:
    ///   - policy: which lifetimes of KeyPackages are acceptable.
    ///   - signer: the own leaf's private signature key in the *current* epoch.
    public func stageCommit(
        _ request: CommitRequest, policy: LifetimePolicy, signer: SignaturePrivateKey
    ) throws(MLSError) -> StagedCommit {
        try checkActive()
        try checkSigner(signer)
        let proposals = try proposals(for: request, policy: policy)
        let list = try ProposalList(proposals, by: ownLeafIndex)
        return try MLSError.mapping {
            var state = try apply(list, linkedBy: request.link)
            var commit = Commit(
                proposals: proposals.map { item in
                    item.reference.map { .reference($0) } ?? .proposal(item.proposal)
                },
                path: nil)

            var newPath: NewPath?
            if list.requiresPath(custom: rules.customProposals) || request.forcesPath || request.leafUpdate != nil {
                let made = try makePath(request.leafUpdate, for: &state, signer: signer)
                commit.path = made.path
                newPath = made.secrets
            }
            try state.tree.checkMembers(
                changed: state.addedLeaves.union(state.updated).union(commit.path == nil ? [] : [ownLeafIndex]))

            var signed = try sign(
                .commit(commit), as: request.framing.wireFormat, authenticatedData: request.authenticatedData,
                signer: signer)
            let next = try advance(
                state,
                confirmedTranscriptHash: provider.confirmedTranscriptHash(
                    interim: interimTranscriptHash, commit: signed),
                commitSecret: newPath?.commitSecret, preSharedKeys: request.preSharedKeys)
            signed.auth.confirmationTag = next.group.confirmationTag

            let nextSigner = request.leafUpdate?.signer?.privateKey ?? signer
            return StagedCommit(
                message: try protect(signed, framing: request.framing),
                welcome: try state.added.isEmpty
                    ? nil
                    : next.group.welcome(
                        state, schedule: next.schedule, path: newPath, request: request, signer: nextSigner),
                sender: ownLeafIndex, isExternal: false, authenticatedData: request.authenticatedData,
                proposals: proposals,
                added: state.added.map { Member(leafIndex: $0.leafIndex, leafNode: $0.keyPackage.leafNode) },
                removed: state.removed,
                updated: next.group.members(at: state.updated + (commit.path == nil ? [] : [ownLeafIndex])),
                merged: next.group, parentTranscriptHash: interimTranscriptHash)
        }
    }

    /// Renews the own leaf and the path above it in `state` (RFC 9420 §7.5), and encrypts it to the others.
    private func makePath(
        _ update: LeafUpdate?, for state: inout ProvisionalState, signer: SignaturePrivateKey
    ) throws -> (path: UpdatePath, secrets: NewPath) {
        let own = try requiredMember(at: ownLeafIndex)
        let content = (update ?? LeafUpdate()).applied(to: own.leafNode.content)
        let signer = update?.signer?.privateKey ?? signer
        guard (try? provider.publicKey(of: signer)) == content.signatureKey else {
            throw MLSError(.authenticationFailed, "LeafNodeTBS")
        }
        let newPath = try state.tree.replacePath(
            content: content, groupID: groupID, signer: signer, privateKeys: state.treeKeys, provider: provider)
        try newPath.leafNode.checkOwn(against: state.context)
        try newPath.leafNode.checkCapabilities(list: provider.cipherSuite)
        state.treeKeys = newPath.privateKeys
        state.context.treeHash = state.tree.treeHash(provider: provider)
        let path = try newPath.encrypted(
            in: state.tree, groupContext: state.context.encoded, adding: state.addedLeaves, provider: provider)
        return (path, newPath)
    }

    func members(at indices: [LeafIndex]) -> [Member] { indices.compactMap { member(at: $0) } }
}
