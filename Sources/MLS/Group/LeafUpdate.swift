/// What of one's own leaf shall change, beside its encryption key (RFC 9420 §7.2).
///
/// What is `nil` stays as it is. A signature key changes for the *next* epoch: the message that brings it is still
/// signed with the old one.
public struct LeafUpdate: Hashable, Sendable {
    /// The new signature key pair, whose public half goes into the leaf.
    public var signer: SignatureKeyPair?
    /// Who the member says to be from now on. Other members' `CredentialVerifier` is asked whether it may succeed the
    /// old one.
    public var credential: Credential?
    /// What the client can do from now on; still what the group requires.
    public var capabilities: Capabilities?
    /// All of the leaf's extensions: they replace those that are there.
    public var extensions: [Extension]?

    /// A new encryption key and nothing else, unless more is asked for.
    ///
    /// The parameters are the properties of the same names.
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
