extension Group {
    /// The proposals that `stageCommit` would commit for this request, in their order: what goes by reference first.
    ///
    /// For callers who describe the commit in its `authenticatedData`. Of what is pending it takes all that makes a valid
    /// commit together with the request (RFC 9420 §12.2, §12.4), and leaves out the rest, so that no member's proposal
    /// can keep another from committing: own Updates, Removes of oneself, all but the last Update of a leaf, Updates of
    /// leaves that are removed, Adds and Updates that would give two nodes one key or do not suit the group, all but
    /// the last GroupContextExtensions, ReInits, and Adds of new members that the request does not admit; Adds whose KeyPackages the policy does not accept; and pre-shared
    /// keys that are not at hand, or there twice.
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
        if request.includesPendingProposals {
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
            .preSharedKey(PreSharedKeyID(key: key, nonce: provider.random(provider.hashLength).bytes))
        }
        return byValue.map { CommittedProposal(proposal: $0, sender: .member(ownLeafIndex), reference: nil) }
    }
}

/// Picks the pending proposals that can be committed together with what is asked for.
private struct ProposalSelection {
    private let group: Group
    private let request: CommitRequest
    private(set) var selected: [CommittedProposal] = []

    /// The leaves of the next epoch, as far as they are known.
    private var leaves: [LeafIndex: LeafNode]
    /// Those that are added, whose places are not known yet.
    private var added: [LeafNode]
    private var signatureKeys: Set<SignaturePublicKey>
    private var encryptionKeys: Set<HPKEPublicKey>
    private var context: GroupContext

    init(_ request: CommitRequest, in group: Group) {
        self.group = group
        self.request = request
        leaves = Dictionary(group.members.map { ($0.leafIndex, $0.leafNode) }) { first, _ in first }
        for index in request.removing { leaves[index] = nil }
        if let update = request.leafUpdate, let own = leaves[group.ownLeafIndex] {
            leaves[group.ownLeafIndex]?.content = update.applied(to: own.content)
        }
        added = request.adding.map(\.leafNode)
        signatureKeys = Set(leaves.values.map(\.signatureKey) + request.adding.map(\.leafNode.signatureKey))
        encryptionKeys = Set(leaves.values.map(\.encryptionKey) + request.adding.map(\.leafNode.encryptionKey))
        context = group.context
        if let extensions = request.extensions { context.extensions = extensions }
    }

    /// In this order, what comes first bounds what comes later: SelfRemoves, Removes, extensions, Updates, Adds,
    /// pre-shared keys.
    mutating func selectPending(policy: LifetimePolicy) {
        selectSelfRemoves()
        for pending in group.pendingProposals {
            guard case .remove(let index) = pending.proposal, index != group.ownLeafIndex,
                let leaf = leaves.removeValue(forKey: index)
            else { continue }
            forgetKeys(of: leaf)
            selected.append(pending.committed)
        }
        selectExtensions()
        var updated: Set<LeafIndex> = []
        for pending in group.pendingProposals.reversed() {
            guard case .update(let leafNode) = pending.proposal, let sender = pending.sender.leafIndex,
                sender != group.ownLeafIndex, !updated.contains(sender), let old = leaves[sender]
            else { continue }
            forgetKeys(of: old)
            if accept(leafNode) {
                leaves[sender] = leafNode
                updated.insert(sender)
                selected.append(pending.committed)
            } else {
                rememberKeys(of: old)
            }
        }
        for pending in group.pendingProposals {
            guard case .add(let keyPackage) = pending.proposal,
                pending.sender != .newMemberProposal || request.admitting.contains(pending.reference),
                case .keyPackage(let lifetime) = keyPackage.leafNode.source, (try? policy.check(lifetime)) != nil,
                accept(keyPackage.leafNode)
            else { continue }
            added.append(keyPackage.leafNode)
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
            if let leaf = leaves.removeValue(forKey: sender) { forgetKeys(of: leaf) }
            selected.append(pending.committed)
        }
    }

    private mutating func selectExtensions() {
        guard request.extensions == nil else { return }
        let pending = group.pendingProposals.last { $0.proposal.type == .groupContextExtensions }
        guard let pending, case .groupContextExtensions(let extensions) = pending.proposal else { return }
        var changed = context
        changed.extensions = extensions
        let all = Array(leaves.values) + added
        guard (try? changed.checkExtensions()) != nil,
            all.allSatisfy({ (try? $0.check(against: changed)) != nil })
        else { return }
        context = changed
        selected.append(pending.committed)
    }

    /// Takes a new leaf's keys in, if the leaf suits the group and all others.
    private mutating func accept(_ leafNode: LeafNode) -> Bool {
        func canRead(_ other: LeafNode) -> Bool {
            other.capabilities.supports(leafNode.credential.type)
                && leafNode.capabilities.supports(other.credential.type)
        }
        guard (try? leafNode.check(against: context)) != nil,
            (try? leafNode.checkCapabilities(list: group.cipherSuite)) != nil,
            !signatureKeys.contains(leafNode.signatureKey), !encryptionKeys.contains(leafNode.encryptionKey),
            leaves.values.allSatisfy(canRead), added.allSatisfy(canRead),
            // A parent's key neither: the tree would have it twice.
            !group.tree.containsKey(in: [leafNode.encryptionKey])
        else { return false }
        rememberKeys(of: leafNode)
        return true
    }

    private mutating func rememberKeys(of leaf: LeafNode) {
        signatureKeys.insert(leaf.signatureKey)
        encryptionKeys.insert(leaf.encryptionKey)
    }

    private mutating func forgetKeys(of leaf: LeafNode) {
        signatureKeys.remove(leaf.signatureKey)
        encryptionKeys.remove(leaf.encryptionKey)
    }
}
