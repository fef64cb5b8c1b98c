import MLSCodec

extension GroupInfo {
    /// The tree of the group that it describes, after all checks of RFC 9420 §12.4.3 and §12.4.3.1 that need no secret:
    /// a joiner has seen none of it before.
    ///
    /// - Parameter ratchetTree: the encoded tree, where the GroupInfo does not hold it.
    /// - Throws: `invalidGroupInfo`, `invalidTree`, `invalidLeafNode`, `authenticationFailed`, `malformed`.
    func validatedTree(beside ratchetTree: [UInt8]?, provider: any CipherSuiteProvider) throws -> RatchetTree {
        let context = content.groupContext
        guard content.extensions.hasUniqueTypes else {
            throw MLSError(.invalidGroupInfo, "an extension type twice")
        }
        guard context.cipherSuite == provider.cipherSuite else { throw MLSError(.invalidGroupInfo, "cipher_suite") }
        try context.checkExtensions()
        guard let encodedTree = content.extensions.data(of: .ratchetTree) ?? ratchetTree else {
            throw MLSError(.invalidTree, "the ratchet tree is missing")
        }
        var tree = try RatchetTree(decoding: encodedTree)
        guard let signer = tree[content.signer] else { throw MLSError(.invalidGroupInfo, "a blank signer") }
        try tree.validate(in: context, provider: provider) { tree in
            guard hasValidSignature(by: signer.signatureKey, provider: provider) else {
                throw MLSError(.authenticationFailed, "GroupInfoTBS")
            }
            guard tree.treeHash(provider: provider) == context.treeHash else {
                throw MLSError(.invalidTree, "tree_hash")
            }
        }
        return tree
    }
}
