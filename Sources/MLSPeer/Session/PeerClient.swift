import MLS

/// A client (RFC 9420 §2): what it signs with, what it can do, and the pre-shared keys that it has.
struct PeerClient: Sendable {
    let provider: any CipherSuiteProvider
    let credential: Credential
    let signer: SignatureKeyPair
    let capabilities: Capabilities
    /// The types of proposals that it knows beside those of MLS.
    let customProposals: [CustomProposalType]
    /// External keys, and the resumption keys of all epochs that it was in.
    var preSharedKeys: PreSharedKeys = [:]

    /// Past epochs can be read, and messages again; the session counts the generations.
    var settings: GroupSettings {
        GroupSettings(retention: .rederivable, rules: GroupRules(customProposals: customProposals))
    }
}

/// A KeyPackage of a client, with its private keys.
struct PeerKeyPackage: Sendable {
    let client: String
    let keyPackage: KeyPackage
    let privateKeys: KeyPackagePrivateKeys
}
