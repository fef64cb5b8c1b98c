extension RatchetTree {
    /// Checks the rules of RFC 9420 §7.3 that look at all members at once, where everything but some leaves was checked
    /// before.
    ///
    /// It looks at eight bytes of every key, and at whole keys only where these are equal.
    ///
    /// - Parameter changed: leaves that are new or were replaced.
    /// - Throws: `invalidLeafNode` if a changed leaf has a key of another node, or if some member cannot read another's
    ///   credential; `unknownMember` if a changed leaf is blank.
    package func checkMembers(changed: some Sequence<LeafIndex>) throws(MLSError) {
        guard root.credentials.isComplete else {
            throw MLSError(.invalidLeafNode, "a credential type that not every member supports")
        }
        var encryptionKeys: [HPKEPublicKey: NodeIndex] = [:]
        var signatureKeys: [SignaturePublicKey: NodeIndex] = [:]
        for index in changed {
            guard let leaf = self[index] else { throw MLSError(.unknownMember, "leaf \(index.rawValue)") }
            let known = encryptionKeys.updateValue(index.nodeIndex, forKey: leaf.content.encryptionKey)
            let signer = signatureKeys.updateValue(index.nodeIndex, forKey: leaf.content.signatureKey)
            guard known ?? index.nodeIndex == index.nodeIndex, signer ?? index.nodeIndex == index.nodeIndex else {
                throw MLSError(.invalidLeafNode, "two leaves with one key")
            }
        }
        let tags = KeyTagSet(encryptionKeys.keys.map { KeyTag($0.bytes) })
        let signatureTags = KeyTagSet(signatureKeys.keys.map { KeyTag($0.bytes) })
        let isTaken = root.contains(at: size.root) { index, subtree in
            if tags.contains(subtree.encryptionKeyTag), let key = subtree.content?.encryptionKey,
                let own = encryptionKeys[key], own != index
            {
                return true
            }
            if signatureTags.contains(subtree.signatureKeyTag), let key = subtree.content?.leaf?.content.signatureKey,
                let own = signatureKeys[key], own != index
            {
                return true
            }
            return false
        }
        guard !isTaken else { throw MLSError(.invalidLeafNode, "a key that another node has") }
    }

    /// Whether some node has one of these keys.
    func containsKey(in keys: Set<HPKEPublicKey>) -> Bool {
        let tags = KeyTagSet(keys.map { KeyTag($0.bytes) })
        return root.contains(at: size.root) { _, subtree in
            tags.contains(subtree.encryptionKeyTag) && subtree.content.map { keys.contains($0.encryptionKey) } == true
        }
    }
}

extension Subtree? {
    /// Whether `predicate` holds for a node; it stops at the first.
    fileprivate func contains(at position: NodeIndex, where predicate: (NodeIndex, Subtree) -> Bool) -> Bool {
        guard let self, !self.isBlank else { return false }
        if predicate(position, self) { return true }
        guard let left = position.left, let right = position.right else { return false }
        return self.left.contains(at: left, where: predicate) || self.right.contains(at: right, where: predicate)
    }
}
