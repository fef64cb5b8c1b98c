/// How a client joins a group by itself (RFC 9420 §12.4.3.2).
public struct ExternalJoinRequest: Sendable {
    /// Of the new leaf: who the joiner says to be.
    public var credential: Credential
    /// The joiner's signature key pair; its public half goes into the new leaf.
    public var signer: SignatureKeyPair
    /// Of the new leaf. They must list what the group requires (RFC 9420 §7.3).
    public var capabilities: Capabilities
    /// Of the new leaf.
    public var leafExtensions: [Extension]
    /// The leaf of one's former self, which the commit removes: one was a member, and has lost its state ("resync").
    public var replacing: LeafIndex?
    /// SelfRemoves of this epoch, as their senders sent them: whoever leaves is let go (draft-ietf-mls-extensions).
    public var selfRemoves: [MLSMessage]
    /// Pre-shared keys that the next epoch's secrets take in (RFC 9420 §12.1.4).
    public var injecting: [PreSharedKeyID.Key]
    /// The pre-shared keys that are at hand, for `injecting`.
    public var preSharedKeys: PreSharedKeys
    /// The encoded tree, where the GroupInfo does not hold it.
    public var ratchetTree: [UInt8]?
    /// Signed, and readable by anybody, as all of the commit is.
    public var authenticatedData: [UInt8]

    /// A joiner who was not in the group before and takes nothing else along, unless more is asked for.
    ///
    /// The parameters are the properties of the same names.
    public init(
        credential: Credential, signer: SignatureKeyPair, capabilities: Capabilities, leafExtensions: [Extension] = [],
        replacing: LeafIndex? = nil, selfRemoves: [MLSMessage] = [], injecting: [PreSharedKeyID.Key] = [],
        preSharedKeys: PreSharedKeys = [:],
        ratchetTree: [UInt8]? = nil, authenticatedData: [UInt8] = []
    ) {
        self.credential = credential
        self.signer = signer
        self.capabilities = capabilities
        self.leafExtensions = leafExtensions
        self.replacing = replacing
        self.selfRemoves = selfRemoves
        self.injecting = injecting
        self.preSharedKeys = preSharedKeys
        self.ratchetTree = ratchetTree
        self.authenticatedData = authenticatedData
    }

    /// What the commit proposes by value.
    func proposals(kemOutput: [UInt8], provider: some CipherSuiteProvider) -> [CommittedProposal] {
        var proposals: [Proposal] = [.externalInit(kemOutput: kemOutput)]
        if let replacing { proposals.append(.remove(replacing)) }
        proposals += injecting.map { key in
            .preSharedKey(PreSharedKeyID(key: key, nonce: provider.fresh(provider.hashLength).bytes))
        }
        return proposals.map { CommittedProposal(proposal: $0, sender: .newMemberCommit, reference: nil) }
    }
}
