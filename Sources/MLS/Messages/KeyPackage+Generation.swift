public import MLSCodec

/// The private keys that belong to a KeyPackage; its owner keeps them until somebody has added it to a group.
public struct KeyPackagePrivateKeys: Hashable, Sendable, MLSCodable, LaidOut {
    /// Opens the Welcome.
    package var initKey: HPKEPrivateKey
    /// The leaf's.
    package var encryptionKey: HPKEPrivateKey

    package init(initKey: HPKEPrivateKey, encryptionKey: HPKEPrivateKey) {
        self.initKey = initKey
        self.encryptionKey = encryptionKey
    }

    private var version: UInt8 { 1 }

    static let layout: StructLayout<Self, UInt8, HPKEPrivateKey, HPKEPrivateKey> = StructLayout(
        \.version, \.initKey, \.encryptionKey
    ) { (version, initKey, encryptionKey) throws(CodecError) in
        guard version == 1 else { throw CodecError(.invalidValue, "KeyPackagePrivateKeys.version") }
        return Self(initKey: initKey, encryptionKey: encryptionKey)
    }
}

extension KeyPackage {
    /// Makes a KeyPackage with fresh keys (RFC 9420 §10).
    ///
    /// - Parameters:
    ///   - signer: the client's signature key pair, whose public key goes into the leaf.
    ///   - capabilities: what the client can do; it must list the types of `leafExtensions` and `extensions`.
    ///   - leafExtensions: for the leaf, which other members see.
    ///   - extensions: for the KeyPackage alone.
    /// - Throws: `invalidKeyPackage` or `invalidLeafNode` if what was asked for breaks a rule of RFC 9420 §10.1.
    public static func generate(
        provider: some CipherSuiteProvider, credential: Credential, signer: SignatureKeyPair,
        capabilities: Capabilities, lifetime: Lifetime, leafExtensions: [Extension] = [],
        extensions: [Extension] = []
    ) throws(MLSError) -> (keyPackage: KeyPackage, privateKeys: KeyPackagePrivateKeys) {
        try MLSError.mapping {
            let initKey = try provider.generateHPKEKeyPair()
            let encryptionKey = try provider.generateHPKEKeyPair()
            let leafNode = try LeafNode.signed(
                LeafNode.Content(
                    encryptionKey: encryptionKey.publicKey, signatureKey: signer.publicKey, credential: credential,
                    capabilities: capabilities, source: .keyPackage(lifetime), extensions: leafExtensions),
                at: nil, with: signer.privateKey, provider: provider)
            let content = Content(
                cipherSuite: provider.cipherSuite, initKey: initKey.publicKey, leafNode: leafNode,
                extensions: extensions)
            let keyPackage = KeyPackage(
                content: content,
                signature: try provider.signWithLabel(
                    signer.privateKey, label: "KeyPackageTBS", content: content.encoded))
            _ = try keyPackage.verified(by: provider)
            // Others ignore what they do not know; its maker has to list it (RFC 9420 §10).
            guard extensions.allSatisfy({ capabilities.supports($0.type) }) else {
                throw MLSError(.invalidKeyPackage, "an extension that capabilities do not list")
            }
            return (
                keyPackage,
                KeyPackagePrivateKeys(initKey: initKey.privateKey, encryptionKey: encryptionKey.privateKey)
            )
        }
    }
}
