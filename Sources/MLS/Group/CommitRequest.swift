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
    /// The pre-shared keys that are at hand, for `injecting` and for pending proposals. The epoch's own resumption key
    /// need not be among them.
    public var preSharedKeys: PreSharedKeys
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
        adding: [KeyPackage] = [], removing: [LeafIndex] = [], extensions: [Extension]? = nil,
        injecting: [PreSharedKeyID.Key] = [], preSharedKeys: PreSharedKeys = [:],
        includesPendingProposals: Bool = true,
        forcesPath: Bool = false, leafUpdate: LeafUpdate? = nil, authenticatedData: [UInt8] = [],
        framing: HandshakeFraming, includesRatchetTree: Bool = true, groupInfoExtensions: [Extension] = []
    ) {
        self.adding = adding
        self.removing = removing
        self.extensions = extensions
        self.injecting = injecting
        self.preSharedKeys = preSharedKeys
        self.includesPendingProposals = includesPendingProposals
        self.forcesPath = forcesPath
        self.leafUpdate = leafUpdate
        self.authenticatedData = authenticatedData
        self.framing = framing
        self.includesRatchetTree = includesRatchetTree
        self.groupInfoExtensions = groupInfoExtensions
    }
}
