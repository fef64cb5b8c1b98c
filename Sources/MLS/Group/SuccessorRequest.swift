/// What a group shall be like that starts another one over, or that is branched from it, as far as its creator chooses.
public struct SuccessorRequest: Sendable {
    /// A KeyPackage of each other client that is to be in the new group.
    public var adding: [KeyPackage]
    /// Of the creator's leaf.
    public var credential: Credential
    /// The creator's signature key pair, of the new group's cipher suite. It may be the one of the old group.
    public var signer: SignatureKeyPair
    /// Of the creator's leaf.
    public var capabilities: Capabilities
    /// Of the creator's leaf.
    public var lifetime: Lifetime
    /// Of the creator's leaf.
    public var leafExtensions: [Extension]
    /// Further pre-shared keys that the new group's secrets take in (RFC 9420 §12.1.4).
    public var injecting: [PreSharedKeyID.Key]
    /// The pre-shared keys that are at hand, for `injecting`.
    public var preSharedKeys: PreSharedKeys
    /// Whether the Welcome holds the ratchet tree.
    public var includesRatchetTree: Bool
    /// Further extensions for the GroupInfo that joiners get.
    public var groupInfoExtensions: [Extension]
    /// Whether two members, one of each group, count as the same client; not asked about equal credentials, which do. `nil`
    /// if no others do.
    public var isSameClient: (@Sendable (Credential, Credential) -> Bool)?

    /// A group of these clients and the creator that takes nothing else along, unless more is asked for.
    ///
    /// The parameters are the properties of the same names.
    public init(
        adding: [KeyPackage], credential: Credential, signer: SignatureKeyPair, capabilities: Capabilities,
        lifetime: Lifetime, leafExtensions: [Extension] = [], injecting: [PreSharedKeyID.Key] = [],
        preSharedKeys: PreSharedKeys = [:], includesRatchetTree: Bool = true, groupInfoExtensions: [Extension] = [],
        isSameClient: (@Sendable (Credential, Credential) -> Bool)? = nil
    ) {
        self.adding = adding
        self.credential = credential
        self.signer = signer
        self.capabilities = capabilities
        self.lifetime = lifetime
        self.leafExtensions = leafExtensions
        self.injecting = injecting
        self.preSharedKeys = preSharedKeys
        self.includesRatchetTree = includesRatchetTree
        self.groupInfoExtensions = groupInfoExtensions
        self.isSameClient = isSameClient
    }
}
