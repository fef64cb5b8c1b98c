import MLSCodec

/// A KeyPackage that passed every check that needs no group (RFC 9420 §10.1). `KeyPackage.verified` is the only source.
public struct VerifiedKeyPackage: Hashable, Sendable {
    public let keyPackage: KeyPackage

    fileprivate init(_ keyPackage: KeyPackage) { self.keyPackage = keyPackage }

    public var leafNode: LeafNode { keyPackage.leafNode }
}

extension KeyPackage {
    /// Checks all of RFC 9420 §10.1 that needs no group; who its credential names is for the application to check.
    ///
    /// - Parameters:
    ///   - provider: of the cipher suite that the KeyPackage must have.
    ///   - policy: which lifetimes are acceptable; `nil` where they are not to be looked at.
    /// - Throws: `invalidKeyPackage`, `invalidLeafNode`, `invalidLifetime` or `authenticationFailed`.
    public func verified(
        by provider: some CipherSuiteProvider, policy: LifetimePolicy? = nil
    ) throws(MLSError) -> VerifiedKeyPackage {
        guard content.version == .mls10 else { throw MLSError(.invalidKeyPackage, "version") }
        guard content.cipherSuite == provider.cipherSuite else { throw MLSError(.invalidKeyPackage, "cipher_suite") }
        let leafNode = content.leafNode
        guard case .keyPackage(let lifetime) = leafNode.source else {
            throw MLSError(.invalidKeyPackage, "leaf_node_source")
        }
        guard content.initKey != leafNode.encryptionKey else {
            throw MLSError(.invalidKeyPackage, "init_key equals encryption_key")
        }
        guard content.extensions.hasUniqueTypes else {
            throw MLSError(.invalidKeyPackage, "an extension type twice")
        }
        guard content.extensions.allSatisfy({ leafNode.capabilities.supports($0.type) }) else {
            throw MLSError(.invalidKeyPackage, "an extension that capabilities do not list")
        }
        try policy?.check(lifetime)
        try leafNode.checkOnItsOwn(cipherSuite: provider.cipherSuite)
        do {
            try provider.validate(content.initKey)
            try provider.validate(leafNode.encryptionKey)
        } catch {
            throw MLSError(.invalidKeyPackage, "a malformed HPKE key")
        }
        guard leafNode.hasValidSignature(at: nil, provider: provider) else {
            throw MLSError(.authenticationFailed, "LeafNodeTBS")
        }
        guard
            provider.verifyWithLabel(
                leafNode.signatureKey, label: "KeyPackageTBS", content: content.encoded, signature: signature)
        else { throw MLSError(.authenticationFailed, "KeyPackageTBS") }
        return VerifiedKeyPackage(self)
    }
}
