public import MLSCodec

// struct {
//     ExtensionType extension_types<V>;
//     ProposalType proposal_types<V>;
//     CredentialType credential_types<V>;
// } RequiredCapabilities;

/// The content of the `required_capabilities` extension (RFC 9420 §11.1).
public struct RequiredCapabilities: Hashable, Sendable, MLSCodable, LaidOut {
    /// Extension types that every member's capabilities have to list.
    public var extensionTypes: [ExtensionType]
    /// Proposal types that every member's capabilities have to list; default ones are there in any case.
    public var proposalTypes: [ProposalType]
    /// Credential types that every member's capabilities have to list.
    public var credentialTypes: [CredentialType]

    /// Requirements; nothing is required that is not named.
    ///
    /// The parameters are the properties of the same names.
    public init(
        extensionTypes: [ExtensionType] = [], proposalTypes: [ProposalType] = [],
        credentialTypes: [CredentialType] = []
    ) {
        self.extensionTypes = extensionTypes
        self.proposalTypes = proposalTypes
        self.credentialTypes = credentialTypes
    }

    static let layout: StructLayout<Self, [ExtensionType], [ProposalType], [CredentialType]> = StructLayout(
        \.extensionTypes, \.proposalTypes, \.credentialTypes
    ) {
        Self(extensionTypes: $0, proposalTypes: $1, credentialTypes: $2)
    }
}
