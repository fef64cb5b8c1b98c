extension RatchetTree {
    /// Checks the rules of RFC 9420 §7.3 that look at all members at once, where everything but some leaves was checked
    /// before.
    ///
    /// - Parameter changed: leaves that are new or were replaced.
    /// - Throws: `invalidLeafNode` if a changed leaf has a key of another node, or if some member cannot read another's
    ///   credential; `unknownMember` if a changed leaf is blank.
    package func checkMembers(changed: some Sequence<LeafIndex>) throws(MLSError) {
        guard root.credentials.isComplete else {
            throw MLSError(.invalidLeafNode, "a credential type that not every member supports")
        }
        for index in changed {
            guard let leaf = self[index] else { throw MLSError(.unknownMember, "leaf \(index.rawValue)") }
            guard !keys.contains(leaf.content.encryptionKey, elsewhereThan: index.nodeIndex),
                !keys.contains(leaf.content.signatureKey, elsewhereThan: index.nodeIndex)
            else { throw MLSError(.invalidLeafNode, "a key that another node has") }
        }
    }

    /// The rules of RFC 9420 §7.3 that look at all leaves of a group at once.
    ///
    /// - Throws: `invalidLeafNode` if two leaves share a key, or a member cannot read another's credential.
    static func checkAcrossMembers(_ leaves: [LeafNode]) throws(MLSError) {
        var signatureKeys: Set<SignaturePublicKey> = []
        var encryptionKeys: Set<HPKEPublicKey> = []
        var credentialTypes: Set<CredentialType> = []
        for leaf in leaves {
            guard signatureKeys.insert(leaf.signatureKey).inserted else {
                throw MLSError(.invalidLeafNode, "a signature_key twice")
            }
            guard encryptionKeys.insert(leaf.encryptionKey).inserted else {
                throw MLSError(.invalidLeafNode, "an encryption_key twice")
            }
            credentialTypes.insert(leaf.credential.type)
        }
        for leaf in leaves {
            guard credentialTypes.allSatisfy({ leaf.capabilities.supports($0) }) else {
                throw MLSError(.invalidLeafNode, "a credential type that not every member supports")
            }
        }
    }
}
