public import MLSCodec

// struct {
//     ProtocolVersion versions<V>;
//     CipherSuite cipher_suites<V>;
//     ExtensionType extensions<V>;
//     ProposalType proposals<V>;
//     CredentialType credentials<V>;
// } Capabilities;

/// What a client can do (RFC 9420 §7.2). Unknown numbers, GREASE among them, are carried and otherwise ignored.
public struct Capabilities: Hashable, Sendable, MLSCodable, LaidOut {
    /// Versions of the protocol; `mls10` must be among them.
    public var versions: [ProtocolVersion]
    /// Suites that the client has a provider for; that of the group must be among them.
    public var cipherSuites: [CipherSuite]
    /// Extension types beyond the default ones, which must not be listed.
    public var extensions: [ExtensionType]
    /// Proposal types beyond the default ones, which must not be listed.
    public var proposals: [ProposalType]
    /// Types of credentials that the client can read. The types of all members' credentials must be among them (RFC
    /// 9420 §7.3).
    public var credentials: [CredentialType]

    /// What a client can do that has MLS 1.0, Basic credentials and nothing beyond the default types, unless more is
    /// said.
    ///
    /// The parameters are the properties of the same names.
    public init(
        versions: [ProtocolVersion] = [.mls10], cipherSuites: [CipherSuite], extensions: [ExtensionType] = [],
        proposals: [ProposalType] = [], credentials: [CredentialType] = [.basic]
    ) {
        self.versions = versions
        self.cipherSuites = cipherSuites
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }

    static let layout:
        StructLayout<Self, [ProtocolVersion], [CipherSuite], [ExtensionType], [ProposalType], [CredentialType]> =
            StructLayout(\.versions, \.cipherSuites, \.extensions, \.proposals, \.credentials) {
                Self(versions: $0, cipherSuites: $1, extensions: $2, proposals: $3, credentials: $4)
            }

    /// Whether the type is a default one or is listed.
    public func supports(_ type: ExtensionType) -> Bool { type.isDefault || extensions.contains(type) }
    /// Whether the type is a default one or is listed.
    public func supports(_ type: ProposalType) -> Bool { type.isDefault || proposals.contains(type) }
    /// Whether the type is listed: no type of credentials is a default one.
    public func supports(_ type: CredentialType) -> Bool { credentials.contains(type) }

    /// Whether all that a group requires is there (RFC 9420 §11.1).
    public func satisfies(_ required: RequiredCapabilities) -> Bool {
        supports(all: required.extensionTypes)
            && Self.list(proposals, contains: required.proposalTypes.filter { !$0.isDefault })
            && Self.list(credentials, contains: required.credentialTypes)
    }

    /// Whether all of these types are supported, in a time that grows with the lists' lengths and not with their product:
    /// both may be a stranger's.
    func supports(all types: [ExtensionType]) -> Bool {
        Self.list(extensions, contains: types.filter { !$0.isDefault })
    }

    private static func list<Kind: Hashable>(_ listed: [Kind], contains wanted: [Kind]) -> Bool {
        // Most lists are so short that to look through them takes less than to make a set.
        guard listed.count > 16, wanted.count > 16 else { return wanted.allSatisfy(listed.contains) }
        let known = Set(listed)
        return wanted.allSatisfy(known.contains)
    }
}
