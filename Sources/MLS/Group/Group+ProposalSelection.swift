extension Group {
    /// The proposals that `stageCommit` would commit for this request, in their order: what goes by reference first.
    ///
    /// For callers who describe the commit in its `authenticatedData`. Of what is pending it takes all that makes a valid
    /// commit together with the request (RFC 9420 §12.2, §12.4), and leaves out the rest, so that no member's proposal
    /// can keep another from committing: own Updates, Removes of oneself, all but the last Update of a leaf, Updates of
    /// leaves that are removed, Adds and Updates that would give two nodes one key or do not suit the group, all but
    /// the last GroupContextExtensions, ReInits, and Adds of new members that the request does not admit; Adds whose
    /// KeyPackages the policy does not accept; pre-shared keys that are not at hand, or there twice; and custom proposals
    /// that somebody who stays does not support.
    ///
    /// Whether the request itself is valid shows when it is staged, but for the lifetimes of KeyPackages, and their
    /// capabilities.
    ///
    /// - Throws: `invalidLifetime`, `invalidKeyPackage` for a leaf that has none, or `invalidLeafNode` for one that does not
    ///   list the cipher suite.
    public func proposals(
        for request: CommitRequest, policy: LifetimePolicy
    ) throws(MLSError) -> [CommittedProposal] {
        for keyPackage in request.adding {
            guard case .keyPackage(let lifetime) = keyPackage.leafNode.source else {
                throw MLSError(.invalidKeyPackage, "leaf_node_source")
            }
            try policy.check(lifetime)
            // Whether it is for this group's suite shows later.
            try keyPackage.leafNode.checkCapabilities(list: keyPackage.content.cipherSuite)
        }
        if let reInit = request.reInitializing {
            let proposal = Proposal.reInit(reInit)
            let pending = pendingProposals.first { $0.proposal == proposal }?.committed
            return [pending ?? CommittedProposal(proposal: proposal, sender: .member(ownLeafIndex), reference: nil)]
                + byValue(request, besides: [])
        }
        var selected: [CommittedProposal] = []
        if request.includesPendingProposals, !pendingProposals.isEmpty {
            var selection = ProposalSelection(request, in: self)
            selection.selectPending(policy: policy)
            selected = compatible(selection.selected, with: request)
        }
        return selected + byValue(request, besides: selected)
    }

    /// What of a selection makes a valid commit with the request: all of it, or else one by one, whatever fits with those
    /// before it.
    ///
    /// If the request itself is at fault, nothing is left, and staging says why.
    private func compatible(_ selected: [CommittedProposal], with request: CommitRequest) -> [CommittedProposal] {
        guard !selected.isEmpty, !isApplicable(selected + byValue(request, besides: selected)) else { return selected }
        var kept: [CommittedProposal] = []
        for item in selected where isApplicable(kept + [item] + byValue(request, besides: kept + [item])) {
            kept.append(item)
        }
        return kept
    }

    private func isApplicable(_ proposals: [CommittedProposal]) -> Bool {
        do {
            let state = try apply(try ProposalList(proposals, by: ownLeafIndex))
            try state.tree.checkMembers(changed: state.addedLeaves.union(state.updated))
            return true
        } catch {
            return false
        }
    }

    /// What the request itself asks for.
    private func byValue(_ request: CommitRequest, besides selected: [CommittedProposal]) -> [CommittedProposal] {
        // What is pending as a Remove already need not be there a second time.
        var byValue =
            request.removing
            .filter { index in
                !selected.contains {
                    $0.proposal == .remove(index) || $0.proposal == .selfRemove && $0.sender == .member(index)
                }
            }
            .map { Proposal.remove($0) }
        byValue += request.adding.map { .add($0) }
        if let extensions = request.extensions { byValue.append(.groupContextExtensions(extensions)) }
        byValue += (request.injecting + [request.link].compactMap(\.self)).map { key in
            .preSharedKey(PreSharedKeyID(key: key, nonce: provider.fresh(provider.hashLength).bytes))
        }
        byValue += request.proposing.map { .custom($0) }
        return byValue.map { CommittedProposal(proposal: $0, sender: .member(ownLeafIndex), reference: nil) }
    }
}

/// Picks the pending proposals that can be committed together with what is asked for.
private struct ProposalSelection {
    private let group: Group
    private let request: CommitRequest
    private(set) var selected: [CommittedProposal] = []

    /// With what is selected, but for Adds, whose places are not known yet.
    private var tree: RatchetTree
    private var added: [LeafNode] = []
    private var addedSignatureKeys: Set<SignaturePublicKey> = []
    private var addedEncryptionKeys: Set<HPKEPublicKey> = []
    private var credentials = CredentialSupport.ofNobody
    private var context: GroupContext
    /// `nil` if the request's extensions are at fault, which shows when it is staged.
    private var requirements: LeafRequirements?

    init(_ request: CommitRequest, in group: Group) {
        self.group = group
        self.request = request
        tree = group.tree
        context = group.context
        if let extensions = request.extensions { context.extensions = extensions }
        requirements = try? LeafRequirements(of: context)
        // What the request has no right to shows when it is staged.
        for index in request.removing { try? tree.remove(index) }
        if let update = request.leafUpdate, let own = tree[group.ownLeafIndex] {
            replace(group.ownLeafIndex, by: LeafNode(content: update.applied(to: own.content), signature: []))
        }
        for keyPackage in request.adding { add(keyPackage.leafNode) }
    }

    /// In this order, what comes first bounds what comes later: SelfRemoves, Removes, custom ones, extensions, Updates,
    /// Adds, pre-shared keys.
    mutating func selectPending(policy: LifetimePolicy) {
        selectSelfRemoves()
        for pending in group.pendingProposals {
            guard case .remove(let index) = pending.proposal, index != group.ownLeafIndex,
                (try? tree.remove(index)) != nil
            else { continue }
            selected.append(pending.committed)
        }
        selectCustom()
        selectExtensions()
        var updated: Set<LeafIndex> = []
        for pending in group.pendingProposals.reversed() {
            guard case .update(let leafNode) = pending.proposal, let sender = pending.sender.leafIndex,
                sender != group.ownLeafIndex, !updated.contains(sender), tree[sender] != nil,
                accepts(leafNode, at: sender)
            else { continue }
            replace(sender, by: leafNode)
            updated.insert(sender)
            selected.append(pending.committed)
        }
        for pending in group.pendingProposals {
            guard case .add(let keyPackage) = pending.proposal,
                pending.sender != .newMemberProposal || request.admitting.contains(pending.reference),
                case .keyPackage(let lifetime) = keyPackage.leafNode.source, (try? policy.check(lifetime)) != nil,
                accepts(keyPackage.leafNode, at: nil)
            else { continue }
            add(keyPackage.leafNode)
            selected.append(pending.committed)
        }
        let known = group.knownKeys(request.preSharedKeys)
        var seen: Set<PreSharedKeyID> = []
        for pending in group.pendingProposals {
            guard case .preSharedKey(let id) = pending.proposal, known[id.key] != nil, seen.insert(id).inserted
            else { continue }
            selected.append(pending.committed)
        }
    }

    /// They come before Removes of the same members, those of the request among them (draft-ietf-mls-extensions).
    private mutating func selectSelfRemoves() {
        var leaving: Set<LeafIndex> = []
        for pending in group.pendingProposals where pending.proposal == .selfRemove {
            guard let sender = pending.sender.leafIndex, sender != group.ownLeafIndex, leaving.insert(sender).inserted
            else { continue }
            // It may be gone already: the request removes it too.
            try? tree.remove(sender)
            selected.append(pending.committed)
        }
    }

    private mutating func selectCustom() {
        var isSupported: [ProposalType: Bool] = [:]
        for pending in group.pendingProposals {
            guard case .custom(let custom) = pending.proposal else { continue }
            let supported = isSupported[custom.type] ?? ((try? tree.checkSupport(of: [custom.type])) != nil)
            isSupported[custom.type] = supported
            if supported { selected.append(pending.committed) }
        }
    }

    private mutating func selectExtensions() {
        guard request.extensions == nil else { return }
        let pending = group.pendingProposals.last { $0.proposal.type == .groupContextExtensions }
        guard let pending, case .groupContextExtensions(let extensions) = pending.proposal else { return }
        var changed = context
        changed.extensions = extensions
        guard (try? changed.checkExtensions()) != nil, let changedRequirements = try? LeafRequirements(of: changed),
            (try? tree.checkSupport(of: changedRequirements)) != nil,
            (try? tree[group.ownLeafIndex]?.checkOwn(against: changedRequirements)) != nil,
            added.allSatisfy({ (try? $0.check(against: changedRequirements)) != nil })
        else { return }
        context = changed
        requirements = changedRequirements
        selected.append(pending.committed)
    }

    /// Whether a new leaf suits the group and all others.
    ///
    /// - Parameter replaced: where it takes another one's place.
    private func accepts(_ leafNode: LeafNode, at replaced: LeafIndex?) -> Bool {
        guard let requirements, (try? leafNode.check(against: requirements)) != nil,
            (try? leafNode.checkCapabilities(list: group.cipherSuite)) != nil,
            !addedSignatureKeys.contains(leafNode.signatureKey),
            !addedEncryptionKeys.contains(leafNode.encryptionKey),
            !tree.keys.contains(leafNode.signatureKey, elsewhereThan: replaced?.nodeIndex),
            !tree.keys.contains(leafNode.encryptionKey),
            // None that is gone with the commit either: a removed leaf's, or a blanked parent's.
            !group.tree.keys.contains(leafNode.encryptionKey)
        else { return false }
        var after = tree
        if let replaced { try? after.update(replaced, to: leafNode) }
        return after.root.credentials.merging(credentials).merging(CredentialSupport(of: leafNode)).isComplete
    }

    private mutating func replace(_ index: LeafIndex, by leafNode: LeafNode) {
        try? tree.update(index, to: leafNode)
    }

    private mutating func add(_ leafNode: LeafNode) {
        added.append(leafNode)
        addedSignatureKeys.insert(leafNode.signatureKey)
        addedEncryptionKeys.insert(leafNode.encryptionKey)
        credentials = credentials.merging(CredentialSupport(of: leafNode))
    }
}
