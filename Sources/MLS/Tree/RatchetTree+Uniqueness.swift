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
}
