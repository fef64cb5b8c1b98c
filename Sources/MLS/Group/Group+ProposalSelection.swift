extension Group {
    /// The proposals that `stageCommit` would commit for this request, in their order: what goes by reference first.
    ///
    /// For callers who describe the commit in its `authenticatedData`. Of pending proposals it leaves out those that RFC
    /// 9420 §12.2 forbids in this commit: own Updates, Removes of oneself, all but the last Update of a leaf, Updates of
    /// leaves that are removed, Adds of clients that are added or members already, all but the last
    /// GroupContextExtensions, and ReInits; and what it cannot commit: Adds whose KeyPackages the policy does not accept,
    /// and pre-shared keys that are not at hand.
    ///
    /// - Throws: `invalidProposalList` if the request contradicts itself, `invalidKeyPackage` and the like for a client
    ///   to add that is not valid.
    public func proposals(
        for request: CommitRequest, policy: LifetimePolicy
    ) throws(MLSError) -> [CommittedProposal] {
        for keyPackage in request.adding {
            _ = try keyPackage.verified(by: provider, policy: policy)
        }
        var selected = request.includesPendingProposals ? selectPending(for: request, policy: policy) : []
        let removed = Set(
            selected.compactMap { item -> LeafIndex? in
                guard case .remove(let index) = item.proposal else { return nil }
                return index
            })
        // What is pending as a Remove already need not be there a second time.
        for index in request.removing where !removed.contains(index) {
            selected.append(CommittedProposal(proposal: .remove(index), sender: ownLeafIndex, reference: nil))
        }
        var byValue = request.adding.map { Proposal.add($0) }
        if let extensions = request.extensions { byValue.append(.groupContextExtensions(extensions)) }
        byValue += request.injecting.map { key in
            .preSharedKey(PreSharedKeyID(key: key, nonce: provider.random(provider.hashLength).bytes))
        }
        selected += byValue.map { CommittedProposal(proposal: $0, sender: ownLeafIndex, reference: nil) }
        return selected
    }

    private func selectPending(for request: CommitRequest, policy: LifetimePolicy) -> [CommittedProposal] {
        var removed = Set(request.removing)
        var selected: [CommittedProposal] = []

        var pendingRemoved: Set<LeafIndex> = []
        for case (let pending, .remove(let index)) in pendingProposals.map({ ($0, $0.proposal) })
        where index != ownLeafIndex && pendingRemoved.insert(index).inserted {
            selected.append(pending.committed)
        }
        removed.formUnion(pendingRemoved)

        var updated: Set<LeafIndex> = []
        for case (let pending, .update) in pendingProposals.reversed().map({ ($0, $0.proposal) })
        where pending.sender != ownLeafIndex && !removed.contains(pending.sender) {
            if updated.insert(pending.sender).inserted { selected.append(pending.committed) }
        }

        var keys = Set(members.filter { !removed.contains($0.leafIndex) }.map(\.signatureKey))
        keys.formUnion(request.adding.map(\.leafNode.signatureKey))
        for case (let pending, .add(let keyPackage)) in pendingProposals.map({ ($0, $0.proposal) }) {
            guard case .keyPackage(let lifetime) = keyPackage.leafNode.source, (try? policy.check(lifetime)) != nil
            else { continue }
            if keys.insert(keyPackage.leafNode.signatureKey).inserted { selected.append(pending.committed) }
        }

        let known = knownKeys(request.preSharedKeys)
        for case (let pending, .preSharedKey(let id)) in pendingProposals.map({ ($0, $0.proposal) })
        where known[id.key] != nil {
            selected.append(pending.committed)
        }
        let extensions = pendingProposals.last { $0.proposal.type == .groupContextExtensions }
        if let extensions, request.extensions == nil { selected.append(extensions.committed) }
        return selected
    }
}
