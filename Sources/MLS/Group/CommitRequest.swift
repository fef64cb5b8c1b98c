/// What a commit shall do.
public struct CommitRequest: Hashable, Sendable {
    /// Clients to add, by their KeyPackages.
    public var adding: [KeyPackage]
    /// Members to remove; never oneself (RFC 9420 §12.2).
    public var removing: [LeafIndex]
    /// Whether proposals of this epoch are committed too, as RFC 9420 §12.4 recommends.
    public var includesPendingProposals: Bool
    /// Whether the own leaf and the path above it change even if the proposals do not demand it. A commit without
    /// proposals always has a path.
    public var forcesPath: Bool
    /// What of the own leaf changes with the path; it forces one.
    public var leafUpdate: LeafUpdate?
    /// Signed, and readable by anybody.
    public var authenticatedData: [UInt8]
    public var framing: HandshakeFraming
    /// Whether the Welcome holds the ratchet tree. If not, joiners need `Group.ratchetTree` of the merged group.
    public var includesRatchetTree: Bool
    /// Further extensions for the GroupInfo that joiners get.
    public var groupInfoExtensions: [Extension]

    public init(
        adding: [KeyPackage] = [], removing: [LeafIndex] = [], includesPendingProposals: Bool = true,
        forcesPath: Bool = false, leafUpdate: LeafUpdate? = nil, authenticatedData: [UInt8] = [],
        framing: HandshakeFraming, includesRatchetTree: Bool = true, groupInfoExtensions: [Extension] = []
    ) {
        self.adding = adding
        self.removing = removing
        self.includesPendingProposals = includesPendingProposals
        self.forcesPath = forcesPath
        self.leafUpdate = leafUpdate
        self.authenticatedData = authenticatedData
        self.framing = framing
        self.includesRatchetTree = includesRatchetTree
        self.groupInfoExtensions = groupInfoExtensions
    }
}
