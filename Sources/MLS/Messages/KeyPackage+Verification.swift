import MLSCodec

/// A KeyPackage that passed every check that needs no group (RFC 9420 §10.1). `KeyPackage.verified` is the only source.
public struct VerifiedKeyPackage: Hashable, Sendable {
    /// The one that was checked.
    public let keyPackage: KeyPackage

    fileprivate init(_ keyPackage: KeyPackage) { self.keyPackage = keyPackage }

    /// The leaf that the client gets in a group.
    public var leafNode: LeafNode { keyPackage.leafNode }
}

extension KeyPackage {
    /// Checks all of RFC 9420 §10.1 that needs no group, for whoever is about to add the client; who its credential names is
    /// for the application to check.
    ///
    /// - Parameters:
    ///   - provider: of the cipher suite that the KeyPackage must have.
    ///   - policy: which lifetimes are acceptable; `nil` where they are not to be looked at.
    /// - Throws: `invalidKeyPackage`, `invalidLeafNode`, `invalidLifetime` or `authenticationFailed`.
    public func verified(
        by provider: some CipherSuiteProvider, policy: LifetimePolicy? = nil
    ) throws(MLSError) -> VerifiedKeyPackage {
        if case .keyPackage(let lifetime) = content.leafNode.source { try policy?.check(lifetime) }
        try check(by: provider)
        try content.leafNode.checkCapabilities(list: provider.cipherSuite)
        return VerifiedKeyPackage(self)
    }

    /// What a member checks when somebody else adds the client (RFC 9420 §10.1).
    ///
    /// Extensions that `capabilities` do not list are ignored, as all that are unknown (§13.4, §13.5); in the leaf they are
    /// not (§7.3).
    ///
    /// - Parameter provider: of the cipher suite that the KeyPackage must have.
    /// - Throws: `invalidKeyPackage`, `invalidLeafNode` or `authenticationFailed`.
    func check(by provider: some CipherSuiteProvider) throws(MLSError) {
        guard content.version == .mls10 else { throw MLSError(.invalidKeyPackage, "version") }
        guard content.cipherSuite == provider.cipherSuite else { throw MLSError(.invalidKeyPackage, "cipher_suite") }
        let leafNode = content.leafNode
        guard case .keyPackage = leafNode.source else {
            throw MLSError(.invalidKeyPackage, "leaf_node_source")
        }
        guard content.initKey != leafNode.encryptionKey else {
            throw MLSError(.invalidKeyPackage, "init_key equals encryption_key")
        }
        guard content.extensions.hasUniqueTypes else {
            throw MLSError(.invalidKeyPackage, "an extension type twice")
        }
        try leafNode.checkOnItsOwn()
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
    }
}
