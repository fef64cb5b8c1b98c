/// What of one's own leaf shall change, beside its encryption key (RFC 9420 §7.2).
///
/// What is `nil` stays as it is. A signature key changes for the *next* epoch: the message that brings it is still
/// signed with the old one.
public struct LeafUpdate: Hashable, Sendable {
    public var signer: SignatureKeyPair?
    public var credential: Credential?
    public var capabilities: Capabilities?
    public var extensions: [Extension]?

    public init(
        signer: SignatureKeyPair? = nil, credential: Credential? = nil, capabilities: Capabilities? = nil,
        extensions: [Extension]? = nil
    ) {
        self.signer = signer
        self.credential = credential
        self.capabilities = capabilities
        self.extensions = extensions
    }

    /// The new leaf's content, with its encryption key and source still those of the old one.
    func applied(to content: LeafNode.Content) -> LeafNode.Content {
        var content = content
        if let signer { content.signatureKey = signer.publicKey }
        if let credential { content.credential = credential }
        if let capabilities { content.capabilities = capabilities }
        if let extensions { content.extensions = extensions }
        return content
    }
}
