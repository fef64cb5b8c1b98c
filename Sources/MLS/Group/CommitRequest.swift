/// What a commit shall do.
public struct CommitRequest: Hashable, Sendable {
    /// Clients to add, by their KeyPackages.
    public var adding: [KeyPackage]
    /// Members to remove; never oneself (RFC 9420 §12.2).
    public var removing: [LeafIndex]
    /// Extensions that replace all those of the GroupContext (RFC 9420 §12.1.7).
    public var extensions: [Extension]?
    /// Pre-shared keys that the next epoch's secrets take in (RFC 9420 §12.1.4).
    public var injecting: [PreSharedKeyID.Key]
    /// Proposals that only the application understands (`GroupRules.customProposals`).
    public var proposing: [CustomProposal]
    /// The pre-shared keys that are at hand, for `injecting` and for pending proposals. The epoch's own resumption key
    /// need not be among them.
    public var preSharedKeys: PreSharedKeys
    /// Ends the group, to start it over as another one (RFC 9420 §11.2). Such a commit holds nothing else, and nothing
    /// that is pending but the same ReInit. The new group is then made with `Group.stageReInitialized`.
    public var reInitializing: ReInit?
    /// Whether proposals of this epoch are committed too, as RFC 9420 §12.4 recommends.
    public var includesPendingProposals: Bool
    /// Pending Adds that the new members proposed themselves and that the application has found authorized (RFC 9420
    /// §12.1.8): anybody can send those, so that no others are committed.
    public var admitting: Set<ProposalRef>
    /// Whether the own leaf and the path above it change even if the proposals do not demand it. A commit without
    /// proposals always has a path.
    public var forcesPath: Bool
    /// What of the own leaf changes with the path; it forces one.
    public var leafUpdate: LeafUpdate?
    /// Signed, and readable by anybody.
    public var authenticatedData: [UInt8]
    /// Whether the commit is encrypted, and with which key.
    public var framing: HandshakeFraming
    /// Whether the Welcome holds the ratchet tree. If not, joiners need `Group.ratchetTree` of the merged group.
    public var includesRatchetTree: Bool
    /// Further extensions for the GroupInfo that joiners get.
    public var groupInfoExtensions: [Extension]
    /// A resumption key that links a new group to another one, in the new group's first commit.
    package var link: PreSharedKeyID.Key?

    /// A commit of what is pending and nothing else, unless more is asked for.
    ///
    /// The parameters are the properties of the same names. `framing` has no default: a group that deletes its keys
    /// wants `Group.reserveFraming(padding:)`, any other a generation of its caller's.
    public init(
        adding: [KeyPackage] = [], removing: [LeafIndex] = [], extensions: [Extension]? = nil,
        injecting: [PreSharedKeyID.Key] = [], proposing: [CustomProposal] = [], preSharedKeys: PreSharedKeys = [:],
        reInitializing: ReInit? = nil, includesPendingProposals: Bool = true, admitting: Set<ProposalRef> = [],
        forcesPath: Bool = false, leafUpdate: LeafUpdate? = nil, authenticatedData: [UInt8] = [],
        framing: HandshakeFraming, includesRatchetTree: Bool = true, groupInfoExtensions: [Extension] = []
    ) {
        self.adding = adding
        self.removing = removing
        self.extensions = extensions
        self.injecting = injecting
        self.proposing = proposing
        self.preSharedKeys = preSharedKeys
        self.reInitializing = reInitializing
        self.includesPendingProposals = includesPendingProposals
        self.admitting = admitting
        self.forcesPath = forcesPath
        self.leafUpdate = leafUpdate
        self.authenticatedData = authenticatedData
        self.framing = framing
        self.includesRatchetTree = includesRatchetTree
        self.groupInfoExtensions = groupInfoExtensions
    }
}
