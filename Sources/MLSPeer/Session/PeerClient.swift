import MLS

/// A client (RFC 9420 §2): what it signs with, what it can do, and the pre-shared keys that it has.
struct PeerClient: Sendable {
    let provider: any CipherSuiteProvider
    let credential: Credential
    let signer: SignatureKeyPair
    let capabilities: Capabilities
    /// External keys, and the resumption keys of all epochs that it was in.
    var preSharedKeys: PreSharedKeys = [:]
}

/// A KeyPackage of a client, with its private keys.
struct PeerKeyPackage: Sendable {
    let client: String
    let keyPackage: KeyPackage
    let privateKeys: KeyPackagePrivateKeys
}
