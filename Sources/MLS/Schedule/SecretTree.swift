import MLSCodec

/// The secret tree of an epoch (RFC 9420 §9), from whose root every message key can be derived, any number of times.
///
/// It keeps no state: what a key costs is one derivation for each level of the tree and three for each generation. Whoever
/// walks along a ratchet keeps a `HashRatchet`, which goes on where it stands.
package struct SecretTree: Sendable {
    private let encryptionSecret: SecretBytes
    private let size: TreeSize

    /// - Parameter leafCount: of the ratchet tree; one that is no power of two is rounded up to the next.
    package init(encryptionSecret: SecretBytes, leafCount: UInt32) throws(MLSError) {
        guard let size = TreeSize(leaves: leafCount) else { throw MLSError(.malformed, "number of leaves") }
        self.encryptionSecret = encryptionSecret
        self.size = size
    }

    /// The beginning of one of a member's ratchets.
    ///
    /// - Throws: `unknownMember` for a leaf outside of the tree.
    package func ratchet(
        of leaf: LeafIndex, _ kind: RatchetKind, provider: some CipherSuiteProvider
    ) throws(MLSError) -> HashRatchet {
        guard size.contains(leaf) else { throw MLSError(.unknownMember, "a leaf outside of the secret tree") }
        return try MLSError.mapping {
            var secret = encryptionSecret
            var position = size.root
            while let left = position.left, let (path, _) = position.children(towards: leaf) {
                secret = try provider.treeNodeSecret(below: secret, isLeft: path == left)
                position = path
            }
            return HashRatchet(secret: try provider.ratchetSecret(of: secret, kind))
        }
    }

    /// The key and nonce of one message.
    ///
    /// - Parameters:
    ///   - limit: the highest generation that may be asked for; a higher one is refused before anything is derived.
    /// - Throws: `generationTooHigh`, or `unknownMember` for a leaf outside of the tree.
    package func keyAndNonce(
        leaf: LeafIndex, kind: RatchetKind, generation: UInt32, limit: UInt32, provider: some CipherSuiteProvider
    ) throws(MLSError) -> (key: SecretBytes, nonce: SecretBytes) {
        guard generation <= limit else { throw MLSError(.generationTooHigh, "\(generation)") }
        var ratchet = try ratchet(of: leaf, kind, provider: provider)
        return try ratchet.keyAndNonce(generation: generation, limit: limit, provider: provider)
    }
}

extension CipherSuiteProvider {
    /// A child's secret in the secret tree (RFC 9420 §9).
    func treeNodeSecret(below secret: SecretBytes, isLeft: Bool) throws(CryptoError) -> SecretBytes {
        try expandWithLabel(
            secret, label: "tree", context: Array((isLeft ? "left" : "right").utf8), length: hashLength)
    }

    /// The first secret of one of a leaf's ratchets (RFC 9420 §9).
    func ratchetSecret(of leafSecret: SecretBytes, _ kind: RatchetKind) throws(CryptoError) -> SecretBytes {
        try expandWithLabel(leafSecret, label: kind.label, context: [], length: hashLength)
    }
}
