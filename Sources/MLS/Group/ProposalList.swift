/// The proposals of a commit, sorted by what they do (RFC 9420 §12.2, §12.3).
struct ProposalList {
    let proposals: [CommittedProposal]

    private(set) var updates: [(leaf: LeafIndex, leafNode: LeafNode)] = []
    /// Leaves of those who are removed, and of those who leave.
    private(set) var removes: [LeafIndex] = []
    /// Whom the sender of an external commit removes: its former self.
    private(set) var formerSelf: LeafIndex?
    private(set) var adds: [KeyPackage] = []
    private(set) var preSharedKeys: [PreSharedKeyID] = []
    /// The new extensions of the GroupContext, if they change.
    private(set) var extensions: [Extension]?
    /// What the group shall start over as; then it is the only proposal.
    private(set) var reInit: ReInit?
    /// Types that the application defines.
    private(set) var customTypes: Set<ProposalType> = []
    /// `kem_output` of an external commit's ExternalInit.
    private(set) var externalInit: [UInt8]?

    private var seenKeys: Set<PreSharedKeyID> = []
    private var touched: Set<LeafIndex> = []

    /// Sorts the proposals of a member's commit, and refuses a list that is invalid whatever the group is (RFC 9420
    /// §12.2).
    ///
    /// - Throws: `invalidProposalList`.
    init(_ proposals: [CommittedProposal], by committer: LeafIndex) throws(MLSError) {
        self.proposals = proposals
        for item in proposals {
            switch item.proposal {
            case .add(let keyPackage):
                adds.append(keyPackage)
            case .update(let leafNode):
                guard let sender = item.sender.leafIndex else {
                    throw MLSError(.invalidProposalList, "an Update of somebody who is no member")
                }
                guard sender != committer else {
                    throw MLSError(.invalidProposalList, "the committer's own Update")
                }
                try touch(sender)
                updates.append((sender, leafNode))
            case .remove(let removed):
                guard removed != committer else {
                    throw MLSError(.invalidProposalList, "a Remove of the committer")
                }
                try touch(removed)
                removes.append(removed)
            case .selfRemove:
                guard item.sender != .member(committer) else {
                    throw MLSError(.invalidProposalList, "the committer's own SelfRemove")
                }
                try append(selfRemove: item)
            case .preSharedKey(let id):
                try append(id)
            case .reInit(let new):
                guard proposals.count == 1 else {
                    throw MLSError(.invalidProposalList, "a ReInit with other proposals")
                }
                reInit = new
            case .externalInit:
                throw MLSError(.invalidProposalList, "an ExternalInit in a member's commit")
            case .groupContextExtensions(let new):
                guard extensions == nil else { throw MLSError(.invalidProposalList, "two GroupContextExtensions") }
                extensions = new
            case .custom(let custom):
                customTypes.insert(custom.type)
            }
        }
    }

    /// Sorts the proposals of an external commit, and refuses a list that RFC 9420 §12.2 does not allow there.
    ///
    /// - Throws: `invalidProposalList`.
    init(ofExternalCommit proposals: [CommittedProposal]) throws(MLSError) {
        self.proposals = proposals
        for item in proposals {
            guard item.reference == nil || item.proposal == .selfRemove else {
                throw MLSError(.invalidProposalList, "a proposal by reference in an external commit")
            }
            switch item.proposal {
            case .externalInit(let kemOutput):
                guard externalInit == nil else { throw MLSError(.invalidProposalList, "two ExternalInits") }
                externalInit = kemOutput
            case .remove(let removed):
                guard formerSelf == nil else {
                    throw MLSError(.invalidProposalList, "two Removes in an external commit")
                }
                try touch(removed)
                formerSelf = removed
                removes.append(removed)
            case .selfRemove:
                try append(selfRemove: item)
            case .preSharedKey(let id):
                try append(id)
            case .add, .update, .reInit, .groupContextExtensions, .custom:
                throw MLSError(.invalidProposalList, "a proposal that an external commit must not have")
            }
        }
        guard externalInit != nil else {
            throw MLSError(.invalidProposalList, "an external commit without ExternalInit")
        }
    }

    private mutating func touch(_ leaf: LeafIndex) throws(MLSError) {
        guard touched.insert(leaf).inserted else { throw MLSError(.invalidProposalList, "two changes of one leaf") }
    }

    /// It counts by reference only: nobody can send it for somebody else.
    private mutating func append(selfRemove item: CommittedProposal) throws(MLSError) {
        guard item.reference != nil, let leaving = item.sender.leafIndex else {
            throw MLSError(.invalidProposalList, "a SelfRemove by value")
        }
        try touch(leaving)
        removes.append(leaving)
    }

    private mutating func append(_ id: PreSharedKeyID) throws(MLSError) {
        guard seenKeys.insert(id).inserted else { throw MLSError(.invalidProposalList, "a PreSharedKey twice") }
        preSharedKeys.append(id)
    }

    /// Whether the commit must have a path (RFC 9420 §12.4).
    ///
    /// - Parameter custom: what the application says of its own types.
    func requiresPath(custom: [CustomProposalType]) -> Bool {
        proposals.isEmpty
            || proposals.contains { item in
                custom.entry(for: item.proposal.type)?.requiresPath ?? item.proposal.type.requiresPath
            }
    }
}
