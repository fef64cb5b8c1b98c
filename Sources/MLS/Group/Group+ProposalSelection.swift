extension Group {
    /// The proposals that `stageCommit` would commit for this request, in their order: what goes by reference first.
    ///
    /// For callers who describe the commit in its `authenticatedData`. Of what is pending it takes all that makes a valid
    /// commit together with the request (RFC 9420 §12.2, §12.4), and leaves out the rest, so that no member's proposal
    /// can keep another from committing: own Updates, Removes of oneself, all but the last Update of a leaf, Updates of
    /// leaves that are removed, Adds and Updates that would give two members one key or do not suit the group, all but
    /// the last GroupContextExtensions, and ReInits; Adds whose KeyPackages the policy does not accept; and pre-shared
    /// keys that are not at hand.
    ///
    /// Whether the request itself is valid shows when it is staged, but for the lifetimes of KeyPackages.
    ///
    /// - Throws: `invalidLifetime`, or `invalidKeyPackage` for a leaf that has none.
    public func proposals(
        for request: CommitRequest, policy: LifetimePolicy
    ) throws(MLSError) -> [CommittedProposal] {
        for keyPackage in request.adding {
            guard case .keyPackage(let lifetime) = keyPackage.leafNode.source else {
                throw MLSError(.invalidKeyPackage, "leaf_node_source")
            }
            try policy.check(lifetime)
        }
        var selected: [CommittedProposal] = []
        if request.includesPendingProposals {
            var selection = ProposalSelection(request, in: self)
            selection.selectPending(policy: policy)
            selected = selection.selected
        }
        // What is pending as a Remove already need not be there a second time.
        var byValue =
            request.removing
            .filter { index in !selected.contains { $0.proposal == .remove(index) } }
            .map { Proposal.remove($0) }
        byValue += request.adding.map { .add($0) }
        if let extensions = request.extensions { byValue.append(.groupContextExtensions(extensions)) }
        byValue += request.injecting.map { key in
            .preSharedKey(PreSharedKeyID(key: key, nonce: provider.random(provider.hashLength).bytes))
        }
        return selected + byValue.map { CommittedProposal(proposal: $0, sender: ownLeafIndex, reference: nil) }
    }
}

/// Picks the pending proposals that can be committed together with what is asked for.
private struct ProposalSelection {
    private let group: Group
    private let request: CommitRequest
    private(set) var selected: [CommittedProposal] = []

    /// The leaves of the next epoch, as far as they are known.
    private var leaves: [LeafIndex: LeafNode]
    private var signatureKeys: Set<SignaturePublicKey>
    private var encryptionKeys: Set<HPKEPublicKey>
    private var context: GroupContext

    init(_ request: CommitRequest, in group: Group) {
        self.group = group
        self.request = request
        leaves = Dictionary(group.members.map { ($0.leafIndex, $0.leafNode) }) { first, _ in first }
        for index in request.removing { leaves[index] = nil }
        signatureKeys = Set(leaves.values.map(\.signatureKey) + request.adding.map(\.leafNode.signatureKey))
        encryptionKeys = Set(leaves.values.map(\.encryptionKey) + request.adding.map(\.leafNode.encryptionKey))
        context = group.context
        if let extensions = request.extensions { context.extensions = extensions }
    }

    /// In this order, what comes first bounds what comes later: Removes, extensions, Updates, Adds, pre-shared keys.
    mutating func selectPending(policy: LifetimePolicy) {
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
            guard case .update(let leafNode) = pending.proposal, pending.sender != group.ownLeafIndex,
                !updated.contains(pending.sender), let old = leaves[pending.sender]
            else { continue }
            forgetKeys(of: old)
            if accept(leafNode) {
                leaves[pending.sender] = leafNode
                updated.insert(pending.sender)
                selected.append(pending.committed)
            } else {
                rememberKeys(of: old)
            }
        }
        for pending in group.pendingProposals {
            guard case .add(let keyPackage) = pending.proposal,
                case .keyPackage(let lifetime) = keyPackage.leafNode.source, (try? policy.check(lifetime)) != nil,
                accept(keyPackage.leafNode)
            else { continue }
            selected.append(pending.committed)
        }
        let known = group.knownKeys(request.preSharedKeys)
        for pending in group.pendingProposals {
            guard case .preSharedKey(let id) = pending.proposal, known[id.key] != nil else { continue }
            selected.append(pending.committed)
        }
    }

    private mutating func selectExtensions() {
        guard request.extensions == nil else { return }
        let pending = group.pendingProposals.last { $0.proposal.type == .groupContextExtensions }
        guard let pending, case .groupContextExtensions(let extensions) = pending.proposal else { return }
        var changed = context
        changed.extensions = extensions
        let all = Array(leaves.values) + request.adding.map(\.leafNode)
        guard (try? changed.checkExtensions()) != nil,
            all.allSatisfy({ (try? $0.check(against: changed)) != nil })
        else { return }
        context = changed
        selected.append(pending.committed)
    }

    /// Takes a new leaf's keys in, if the leaf suits the group and all others.
    private mutating func accept(_ leafNode: LeafNode) -> Bool {
        let others = leaves.values
        guard (try? leafNode.check(against: context)) != nil,
            !signatureKeys.contains(leafNode.signatureKey), !encryptionKeys.contains(leafNode.encryptionKey),
            others.allSatisfy({
                $0.capabilities.supports(leafNode.credential.type)
                    && leafNode.capabilities.supports($0.credential.type)
            })
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
