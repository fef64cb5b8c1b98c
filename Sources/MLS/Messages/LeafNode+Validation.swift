extension LeafNode {
    /// The rules of RFC 9420 §7.2 and §7.3 that one leaf can break without a group around it, but for the signature.
    func checkOnItsOwn() throws(MLSError) {
        guard content.capabilities.supports(content.credential.type) else {
            throw MLSError(.invalidLeafNode, "capabilities lack the credential's type")
        }
        guard content.extensions.hasUniqueTypes else { throw MLSError(.invalidLeafNode, "an extension type twice") }
        guard content.capabilities.supports(all: content.extensions.map(\.type)) else {
            throw MLSError(.invalidLeafNode, "an extension that capabilities do not list")
        }
    }

    /// Throws unless capabilities list the version and this cipher suite, as all that a client supports must be listed
    /// (RFC 9420 §7.2).
    ///
    /// For one's own leaves, and those that one brings into a group. §7.3 does not ask it of a leaf that others brought in:
    /// there are clients that forget a suite, and whoever refused their commits would be left behind by the group.
    func checkCapabilities(list cipherSuite: CipherSuite) throws(MLSError) {
        guard content.capabilities.versions.contains(.mls10), content.capabilities.cipherSuites.contains(cipherSuite)
        else {
            throw MLSError(.invalidLeafNode, "capabilities lack the version or cipher suite")
        }
    }

    /// The rules that one leaf can break in a group whose other leaves do not matter (RFC 9420 §7.3, §11.1, §13.4).
    func check(against context: GroupContext) throws(MLSError) {
        try check(against: LeafRequirements(of: context))
    }

    /// The same for the own leaf.
    func checkOwn(against context: GroupContext) throws(MLSError) {
        try checkOwn(against: LeafRequirements(of: context))
    }

    /// Throws unless the signature is valid at this place in this group.
    func checkSignature(
        in groupID: [UInt8], at index: LeafIndex, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        guard hasValidSignature(at: Position(groupID: groupID, leafIndex: index), provider: provider) else {
            throw MLSError(.authenticationFailed, "LeafNodeTBS")
        }
    }
}
