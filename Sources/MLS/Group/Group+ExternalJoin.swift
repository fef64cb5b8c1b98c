import MLSCodec

extension Group {
    /// Makes an external commit: one joins a group without having been added (RFC 9420 §12.4.3.2).
    ///
    /// The caller stores `merged` of the answer, sends its message, and goes on with `merged` once the delivery service has
    /// accepted it; if another commit came first, it drops all of it and begins again with the next epoch's GroupInfo.
    ///
    /// That the caller is not in a group of the same id already is for the caller to check; so is that the members are who
    /// their credentials say, unless `settings` names who does. Whether the GroupInfo is the group's latest, the joiner cannot know.
    ///
    /// - Parameters:
    ///   - groupInfo: with an `external_pub` extension (`Group.groupInfo(includesExternalPub:…)`).
    ///   - settings: what happens to used keys, who checks credentials, and which proposals the application knows.
    ///   - provider: of the group's cipher suite.
    /// - Throws: `invalidGroupInfo`, `invalidTree`, `authenticationFailed`, as `join`; `wrongGroup`, `wrongEpoch`,
    ///   `malformed`, `invalidProposal` for what is no SelfRemove of this epoch; `invalidProposalList` for two of one member
    ///   or for one of one's former self; `invalidLeafNode` if one's own leaf
    ///   does not suit the group or has a member's key; `invalidProposal` for a former self that is no member; `missingKey`
    ///   for a pre-shared key; `invalidCredential`.
    public static func stageExternalJoin(
        _ groupInfo: GroupInfo, _ request: ExternalJoinRequest, settings: GroupSettings = GroupSettings(),
        provider: any CipherSuiteProvider
    ) throws(MLSError) -> StagedCommit {
        try MLSError.mapping {
            var tree = try groupInfo.validatedTree(beside: request.ratchetTree, provider: provider)
            try settings.rules.credentials?.checkGroup(groupInfo.groupContext, tree)
            guard let externalPub = try groupInfo.extensions.decoded(.externalPub, as: HPKEPublicKey.self) else {
                throw MLSError(.invalidGroupInfo, "external_pub is missing")
            }
            let external = try provider.makeExternalInit(for: externalPub)
            let leaving = try request.selfRemoves.map { message in
                try groupInfo.verifiedSelfRemove(message, in: tree, provider: provider)
            }
            let list = try ProposalList(
                ofExternalCommit: leaving
                    + request.proposals(kemOutput: external.kemOutput, provider: provider))
            for id in list.preSharedKeys { try id.checkForProposal(nonceLength: provider.hashLength) }

            let removed = try list.removes.map { index in
                guard let leafNode = tree[index] else { throw MLSError(.invalidProposal, "a Remove of nobody") }
                return Member(leafIndex: index, leafNode: leafNode)
            }
            for index in list.removes { try tree.remove(index) }
            var context = try groupInfo.groupContext.next(with: nil)
            let newPath = try tree.addPath(of: request, in: &context, provider: provider)
            let joiner = Member(leafIndex: newPath.privateKeys.leafIndex, leafNode: newPath.leafNode)
            let commit = Commit(
                proposals: list.proposals.map { item in
                    item.reference.map { .reference($0) } ?? .proposal(item.proposal)
                },
                path: try newPath.encrypted(
                    in: tree, groupContext: context.encoded, adding: [], provider: provider))

            var signed = try AuthenticatedContent.signed(
                FramedContent(
                    groupID: context.groupID, epoch: groupInfo.groupContext.epoch, sender: .newMemberCommit,
                    authenticatedData: request.authenticatedData, body: .commit(commit)),
                as: .publicMessage, groupContext: groupInfo.groupContext.encoded, with: request.signer.privateKey,
                provider: provider)
            let interimTranscriptHash = provider.interimTranscriptHash(
                confirmed: groupInfo.groupContext.confirmedTranscriptHash,
                confirmationTag: groupInfo.confirmationTag)
            var merged = try next(
                tree: tree, treeKeys: newPath.privateKeys, context: context,
                with: EpochInputs(
                    initSecret: external.initSecret, commitSecret: newPath.commitSecret,
                    pskSecret: try provider.pskSecret(list.preSharedKeys, from: request.preSharedKeys),
                    confirmedTranscriptHash: provider.confirmedTranscriptHash(
                        interim: interimTranscriptHash, commit: signed)),
                provider: provider
            ).group
            merged.adopt(settings)
            signed.auth.confirmationTag = merged.confirmationTag
            return StagedCommit(
                message: .publicMessage(PublicMessage(fromOutside: signed)), welcome: nil, sender: joiner.leafIndex,
                isExternal: true, authenticatedData: request.authenticatedData, proposals: list.proposals,
                added: [joiner], removed: removed, updated: [], merged: merged,
                parentTranscriptHash: interimTranscriptHash)
        }
    }
}

extension RatchetTree {
    /// Puts the joiner and its path at the leftmost blank leaf (RFC 9420 §12.4.2), and the tree's hash into the context.
    fileprivate mutating func addPath(
        of request: ExternalJoinRequest, in context: inout GroupContext, provider: any CipherSuiteProvider
    ) throws -> NewPath {
        let leaf = try makeRoom()
        // Encryption key and source are replaced.
        let content = LeafNode.Content(
            encryptionKey: HPKEPublicKey([]), signatureKey: request.signer.publicKey, credential: request.credential,
            capabilities: request.capabilities, source: .update, extensions: request.leafExtensions)
        let newPath = try addPath(
            at: leaf, content: content, groupID: context.groupID, signer: request.signer.privateKey,
            provider: provider)
        try newPath.leafNode.checkOwn(against: context)
        try newPath.leafNode.checkCapabilities(list: context.cipherSuite)
        try newPath.leafNode.checkSignature(in: context.groupID, at: leaf, provider: provider)
        try checkMembers(changed: [leaf])
        context.treeHash = treeHash(provider: provider)
        return newPath
    }
}
