/// A group between two epochs: the proposals of a commit are applied, its path is not yet (RFC 9420 §12.3).
struct ProvisionalState {
    var tree: RatchetTree
    /// Own keys, without those of nodes that the proposals blanked.
    var treeKeys: TreePrivateKeys
    /// That of the next epoch, but for `tree_hash` and `confirmed_transcript_hash`.
    var context: GroupContext
    let preSharedKeys: [PreSharedKeyID]
    /// `kem_output` of an external commit, which replaces the init secret.
    let externalInit: [UInt8]?
    let reInit: ReInit?
    let added: [(leafIndex: LeafIndex, keyPackage: KeyPackage)]
    let removed: [Member]
    let updated: [LeafIndex]
    let removesOwnLeaf: Bool
    /// The blank leaf that the sender of an external commit gets (RFC 9420 §12.4.2).
    let joiner: LeafIndex?
    /// Whom the sender of an external commit replaces.
    let formerSelf: Member?

    /// Leaves that came with this commit: its path is not encrypted to them (RFC 9420 §7.5).
    var addedLeaves: Set<LeafIndex> { Set(added.map(\.leafIndex)) }
}

extension Group {
    /// Checks the single proposals of a list (RFC 9420 §12.1) and applies it in the order of RFC 9420 §12.3.
    ///
    /// - Parameter link: the resumption key that a new group's first commit links it to another one with, which no other
    ///   commit can take in (RFC 9420 §11.2, §11.3).
    func apply(
        _ list: ProposalList, linkedBy link: PreSharedKeyID.Key? = nil
    ) throws(MLSError) -> ProvisionalState {
        let context = try context.next(with: list.extensions)
        // What came by reference was checked when it arrived, in this same epoch.
        let unchecked = list.proposals.filter { $0.reference == nil }
        if !unchecked.isEmpty {
            let requirements = try LeafRequirements(of: context)
            _ = try MLSError.mapping {
                try provider.parallelMap(unchecked) { item in
                    if let link, case .preSharedKey(let id) = item.proposal, id.key == link { return }
                    try check(item.proposal, from: item.sender, in: requirements)
                }
            }
        }
        // Whom it adds or removes need not (RFC 9420 §12.2).
        try tree.checkSupport(of: list.customTypes, besides: Set(list.removes))
        var tree = tree
        var treeKeys = treeKeys

        for (leafIndex, leafNode) in list.updates {
            try tree.update(leafIndex, to: leafNode)
            if leafIndex == ownLeafIndex {
                let pending = pendingProposals.last { $0.proposal == .update(leafNode) }
                guard let key = pending?.leafPrivateKey else {
                    throw MLSError(.missingKey, "the private key of the own Update")
                }
                treeKeys.replaceLeafKey(key)
            }
        }
        let removed = try list.removes.map { (index) throws(MLSError) in try requiredMember(at: index) }
        let formerSelf = list.formerSelf.flatMap { member(at: $0) }
        for index in list.removes { try tree.remove(index) }
        var added: [(leafIndex: LeafIndex, keyPackage: KeyPackage)] = []
        for keyPackage in list.adds {
            added.append((try tree.add(keyPackage.leafNode), keyPackage))
        }
        let joiner = list.externalInit == nil ? nil : try tree.makeRoom()
        treeKeys.dropBlankNodes(of: tree)

        if list.extensions != nil {
            let requirements = try LeafRequirements(of: context)
            try tree.checkSupport(of: requirements)
            if !list.removes.contains(ownLeafIndex) { try tree[ownLeafIndex]?.checkOwn(against: requirements) }
        }
        return ProvisionalState(
            tree: tree, treeKeys: treeKeys, context: context, preSharedKeys: list.preSharedKeys,
            externalInit: list.externalInit, reInit: list.reInit, added: added, removed: removed,
            updated: list.updates.map(\.leaf), removesOwnLeaf: list.removes.contains(ownLeafIndex), joiner: joiner,
            formerSelf: formerSelf)
    }
}

extension GroupContext {
    /// That of the next epoch, with the hashes of this one still in it.
    ///
    /// - Parameter extensions: new ones, against which the commit's other proposals count too (RFC 9420 §12.3).
    func next(with extensions: [Extension]?) throws(MLSError) -> GroupContext {
        var next = self
        let (epoch, overflow) = epoch.addingReportingOverflow(1)
        guard !overflow else { throw MLSError(.wrongEpoch, "the last epoch") }
        next.epoch = epoch
        if let extensions {
            next.extensions = extensions
            try next.checkExtensions()
        }
        return next
    }
}
