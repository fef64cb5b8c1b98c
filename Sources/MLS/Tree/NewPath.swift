/// A committer's new path whose secrets are not encrypted yet (RFC 9420 §7.5).
///
/// The path secrets are encrypted with the provisional GroupContext as context, which has the hash of the tree with the
/// new path in it: so the path is made in two steps.
///
/// ```swift
/// let new = try tree.replacePath(of: committer, …)
/// context.treeHash = tree.treeHash(provider: provider)
/// let path = try new.encrypted(in: tree, groupContext: context.encoded, …)
/// ```
package struct NewPath: Sendable {
    /// The committer's new leaf, signed.
    package let leafNode: LeafNode
    /// The committer's private keys with the new path. Nodes that proposals blanked are not dropped here.
    package let privateKeys: TreePrivateKeys
    private let steps: [FilteredPathStep]
    private let secrets: PathSecrets

    /// What the key schedule of the new epoch takes in (RFC 9420 §8).
    package var commitSecret: SecretBytes { secrets.commitSecret }

    fileprivate init(
        leafNode: LeafNode, privateKeys: TreePrivateKeys, steps: [FilteredPathStep],
        secrets: PathSecrets
    ) {
        self.leafNode = leafNode
        self.privateKeys = privateKeys
        self.steps = steps
        self.secrets = secrets
    }

    /// Encrypts the path secrets to everybody but the committer and those whom the same commit adds (RFC 9420 §7.6).
    ///
    /// - Parameters:
    ///   - tree: with the new path in it.
    ///   - groupContext: the encoded provisional GroupContext.
    ///   - added: leaves of new members.
    package func encrypted(
        in tree: RatchetTree, groupContext: [UInt8], adding added: Set<LeafIndex>,
        provider: some CipherSuiteProvider
    ) throws(MLSError) -> UpdatePath {
        try MLSError.mapping {
            let encrypt = provider.encryptorWithLabel("UpdatePathNode", context: groupContext)
            var nodes: [UpdatePathNode] = []
            for (index, step) in steps.enumerated() {
                let resolution = tree.resolution(of: step.copathChild, without: added)
                let ciphertexts = try secrets.pathSecrets[index].withCopy { pathSecret in
                    try provider.parallelMap(resolution) { node in
                        guard let key = tree[node]?.encryptionKey else {
                            throw MLSError(.invalidTree, "a blank node in a resolution")
                        }
                        return try encrypt(pathSecret, key)
                    }
                }
                nodes.append(
                    UpdatePathNode(
                        encryptionKey: secrets.keyPairs[index].publicKey, encryptedPathSecrets: ciphertexts))
            }
            return UpdatePath(leafNode: leafNode, nodes: nodes)
        }
    }

    /// The secret of the lowest node above the committer and another member, for its Welcome (RFC 9420 §12.4.3.1); `nil` for
    /// a leaf that was blank when the path was made.
    package func pathSecret(for member: LeafIndex) -> SecretBytes? {
        steps.firstIndex { $0.copathChild.isAncestor(of: member) }.map { secrets.pathSecrets[$0] }
    }

    /// The same for somebody whom the path's own commit adds. It was in the tree when the path was made, so that there is
    /// one: the filtered direct path leaves out only nodes whose copath child has an empty resolution (RFC 9420 §4.1.2), and a
    /// new leaf is in that of its own. A Welcome without it would let a member in that cannot follow.
    func requiredPathSecret(for newMember: LeafIndex) -> SecretBytes {
        guard let secret = pathSecret(for: newMember) else {
            preconditionFailure("a path that does not reach the new member at leaf \(newMember.rawValue)")
        }
        return secret
    }
}

extension RatchetTree {
    /// Gives a member's leaf and filtered direct path fresh keys (RFC 9420 §7.5).
    ///
    /// - Parameters:
    ///   - content: the new leaf's; its encryption key and source are replaced.
    ///   - signer: belongs to the signature key in `content`.
    ///   - privateKeys: the member's, as they are with all proposals applied.
    /// - Throws: `unknownMember` if the leaf is blank, `cryptography` if a primitive fails.
    package mutating func replacePath(
        content: LeafNode.Content, groupID: [UInt8], signer: SignaturePrivateKey, privateKeys: TreePrivateKeys,
        provider: some CipherSuiteProvider
    ) throws(MLSError) -> NewPath {
        guard self[privateKeys.leafIndex] != nil else { throw MLSError(.unknownMember, "the committer") }
        return try makePath(
            at: privateKeys.leafIndex, content: content, groupID: groupID, signer: signer, privateKeys: privateKeys,
            provider: provider)
    }

    /// Puts the leaf and path of somebody who joins by itself into the tree (RFC 9420 §12.4.3.2).
    ///
    /// - Parameter leaf: from `makeRoom()`.
    package mutating func addPath(
        at leaf: LeafIndex, content: LeafNode.Content, groupID: [UInt8], signer: SignaturePrivateKey,
        provider: some CipherSuiteProvider
    ) throws(MLSError) -> NewPath {
        try makePath(
            at: leaf, content: content, groupID: groupID, signer: signer, privateKeys: nil, provider: provider)
    }

    /// - Parameter privateKeys: those that the member has so far.
    private mutating func makePath(
        at leaf: LeafIndex, content: LeafNode.Content, groupID: [UInt8], signer: SignaturePrivateKey,
        privateKeys: TreePrivateKeys?, provider: some CipherSuiteProvider
    ) throws(MLSError) -> NewPath {
        let steps = filteredDirectPath(of: leaf)
        let (secrets, leafKeyPair) = try MLSError.mapping {
            (
                try PathSecrets(from: provider.fresh(provider.hashLength), count: steps.count, provider: provider),
                try provider.deriveHPKEKeyPair(inputKeyMaterial: provider.fresh(provider.hashLength))
            )
        }
        let (parents, parentHash) = pathNodes(steps, keys: secrets.keyPairs.map(\.publicKey), provider: provider)

        var content = content
        content.encryptionKey = leafKeyPair.publicKey
        content.source = .commit(parentHash: parentHash)
        let leafNode = try MLSError.mapping {
            try LeafNode.signed(
                content, at: LeafNode.Position(groupID: groupID, leafIndex: leaf), with: signer, provider: provider)
        }
        setPath(of: leaf, leafNode, parents: parents)

        var privateKeys = privateKeys ?? TreePrivateKeys(leafIndex: leaf, leafKey: leafKeyPair.privateKey)
        privateKeys.replaceLeafKey(leafKeyPair.privateKey)
        privateKeys.dropBlankNodes(of: self)
        privateKeys.set(steps, secrets.keyPairs)
        return NewPath(leafNode: leafNode, privateKeys: privateKeys, steps: steps, secrets: secrets)
    }
}
