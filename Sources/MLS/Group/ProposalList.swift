/// A proposal of a commit, with who proposed it.
public struct CommittedProposal: Hashable, Sendable {
    public var proposal: Proposal
    /// Who sent it; the committer if it came by value.
    public var sender: LeafIndex
    /// How the commit names it; `nil` if it came by value.
    public var reference: ProposalRef?

    public init(proposal: Proposal, sender: LeafIndex, reference: ProposalRef?) {
        self.proposal = proposal
        self.sender = sender
        self.reference = reference
    }
}

/// The proposals of a commit that is not external, sorted by what they do (RFC 9420 §12.2, §12.3).
struct ProposalList {
    let committer: LeafIndex
    let proposals: [CommittedProposal]

    private(set) var updates: [(leaf: LeafIndex, leafNode: LeafNode)] = []
    private(set) var removes: [LeafIndex] = []
    private(set) var adds: [KeyPackage] = []
    private(set) var preSharedKeys: [PreSharedKeyID] = []
    /// The new extensions of the GroupContext, if they change.
    private(set) var extensions: [Extension]?

    /// Sorts the proposals, and refuses a list that is invalid whatever the group is (RFC 9420 §12.2).
    ///
    /// - Throws: `invalidProposalList`, or `unsupported` for a ReInit.
    init(_ proposals: [CommittedProposal], by committer: LeafIndex) throws(MLSError) {
        self.committer = committer
        self.proposals = proposals
        var touched: Set<LeafIndex> = []
        var seenKeys: Set<PreSharedKeyID> = []
        for item in proposals {
            switch item.proposal {
            case .add(let keyPackage):
                adds.append(keyPackage)
            case .update(let leafNode):
                guard item.sender != committer else {
                    throw MLSError(.invalidProposalList, "the committer's own Update")
                }
                guard touched.insert(item.sender).inserted else {
                    throw MLSError(.invalidProposalList, "two changes of one leaf")
                }
                updates.append((item.sender, leafNode))
            case .remove(let removed):
                guard removed != committer else {
                    throw MLSError(.invalidProposalList, "a Remove of the committer")
                }
                guard touched.insert(removed).inserted else {
                    throw MLSError(.invalidProposalList, "two changes of one leaf")
                }
                removes.append(removed)
            case .preSharedKey(let id):
                guard seenKeys.insert(id).inserted else {
                    throw MLSError(.invalidProposalList, "a PreSharedKey twice")
                }
                preSharedKeys.append(id)
            case .reInit:
                guard proposals.count == 1 else {
                    throw MLSError(.invalidProposalList, "a ReInit with other proposals")
                }
                throw MLSError(.unsupported, "ReInit proposals")
            case .externalInit:
                throw MLSError(.invalidProposalList, "an ExternalInit in a member's commit")
            case .groupContextExtensions(let new):
                guard extensions == nil else { throw MLSError(.invalidProposalList, "two GroupContextExtensions") }
                extensions = new
            }
        }
    }

    /// Whether the commit must have a path (RFC 9420 §12.4).
    var requiresPath: Bool {
        proposals.isEmpty || proposals.contains { $0.proposal.type.requiresPath }
    }
}
