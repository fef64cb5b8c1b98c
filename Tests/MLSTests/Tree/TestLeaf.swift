import MLS
import TestSupport

/// A leaf with the private keys that belong to it.
struct TestLeaf {
    var leafNode: LeafNode
    var encryptionKey: HPKEPrivateKey
    var signer: SignaturePrivateKey

    /// A leaf as a KeyPackage has it.
    static func generate(_ name: String, provider: some CipherSuiteProvider) throws -> TestLeaf {
        let signer = try provider.generateSignatureKeyPair()
        let content = LeafNode.Content(
            encryptionKey: HPKEPublicKey([]), signatureKey: signer.publicKey,
            credential: .basic(identity: Array(name.utf8)),
            capabilities: Capabilities(cipherSuites: [provider.cipherSuite]), source: .update)
        let leaf = LeafNode(content: content, signature: [])
        return try TestLeaf(leafNode: leaf, encryptionKey: HPKEPrivateKey(SecretBytes([])), signer: signer.privateKey)
            .renewed(.keyPackage(Lifetime(notBefore: 0, notAfter: .max)), at: nil, provider: provider)
    }

    /// The same member's leaf with a new encryption key.
    func renewed(
        _ source: LeafNodeSource, at position: LeafNode.Position?, provider: some CipherSuiteProvider
    ) throws -> TestLeaf {
        let keyPair = try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.random(provider.hashLength))
        var content = leafNode.content
        content.encryptionKey = keyPair.publicKey
        content.source = source
        return TestLeaf(
            leafNode: try LeafNode.signed(content, at: position, with: signer, provider: provider),
            encryptionKey: keyPair.privateKey, signer: signer)
    }

    /// A leaf of random bytes, for tests that look at the tree's shape only.
    static func unsigned(using generator: inout SeededGenerator) -> LeafNode {
        LeafNode(
            content: LeafNode.Content(
                encryptionKey: HPKEPublicKey(generator.bytes(32)),
                signatureKey: SignaturePublicKey(generator.bytes(32)),
                credential: .basic(identity: generator.bytes(4)),
                capabilities: Capabilities(cipherSuites: [CipherSuite(rawValue: 1)]), source: .update),
            signature: generator.bytes(64))
    }
}
