package import MLSCodec

/// The private keys that one member knows: its own leaf's, and those of nodes above it (RFC 9420 §4.2).
package struct TreePrivateKeys: Hashable, Sendable, MLSStruct {
    /// A parent node's private key.
    package struct PathKey: Hashable, Sendable, MLSStruct {
        package var node: NodeIndex
        package var privateKey: HPKEPrivateKey

        package static let layout: StructLayout<Self, NodeIndex, HPKEPrivateKey> = StructLayout(\.node, \.privateKey) {
            Self(node: $0, privateKey: $1)
        }
    }

    package let leafIndex: LeafIndex
    package private(set) var leafKey: HPKEPrivateKey
    /// At most one for each node above the leaf.
    package private(set) var pathKeys: [PathKey]

    package init(leafIndex: LeafIndex, leafKey: HPKEPrivateKey) {
        self.init(leafIndex: leafIndex, leafKey: leafKey, pathKeys: [])
    }

    init(leafIndex: LeafIndex, leafKey: HPKEPrivateKey, pathKeys: [PathKey]) {
        self.leafIndex = leafIndex
        self.leafKey = leafKey
        self.pathKeys = pathKeys
    }

    package static let layout: StructLayout<Self, LeafIndex, HPKEPrivateKey, [PathKey]> = StructLayout(
        \.leafIndex, \.leafKey, \.pathKeys
    ) { Self(leafIndex: $0, leafKey: $1, pathKeys: $2) }

    /// The private key of a node, if it is known.
    func privateKey(of node: NodeIndex) -> HPKEPrivateKey? {
        node == leafIndex.nodeIndex ? leafKey : pathKeys.first { $0.node == node }?.privateKey
    }

    /// Takes the key of one's own new leaf, after one's Update was committed (RFC 9420 §12.1.2).
    package mutating func replaceLeafKey(_ key: HPKEPrivateKey) {
        leafKey = key
    }

    /// Forgets the keys of nodes that are blank or gone, after proposals were applied (RFC 9420 §7.5).
    package mutating func dropBlankNodes(of tree: RatchetTree) {
        // All of them are above the leaf.
        let known = tree.nodes(towards: leafIndex)
        pathKeys.removeAll { !known.contains($0.node) }
    }

    /// Takes the keys of nodes, of which `steps` are the first and `keyPairs` belong to them in order.
    mutating func set(_ steps: some Sequence<FilteredPathStep>, _ keyPairs: [HPKEKeyPair]) {
        for (step, keyPair) in zip(steps, keyPairs) {
            pathKeys.removeAll { $0.node == step.node }
            pathKeys.append(PathKey(node: step.node, privateKey: keyPair.privateKey))
        }
    }

    /// Derives the keys of the nodes from `lowest` up on the sender's filtered direct path.
    ///
    /// - Returns: the commit secret.
    /// - Throws: `invalidTree` if a key is not the one that the tree has.
    @discardableResult
    mutating func derive(
        from pathSecret: SecretBytes, at steps: some Collection<FilteredPathStep>, in tree: RatchetTree,
        provider: some CipherSuiteProvider
    ) throws(MLSError) -> SecretBytes {
        let secrets = try MLSError.mapping {
            try PathSecrets(from: pathSecret, count: steps.count, provider: provider)
        }
        for (step, keyPair) in zip(steps, secrets.keyPairs) {
            guard tree[step.node]?.encryptionKey == keyPair.publicKey else {
                throw MLSError(.invalidTree, "a path secret that does not give the node's public key")
            }
        }
        set(steps, secrets.keyPairs)
        return secrets.commitSecret
    }

    /// Throws unless every private key belongs to the tree's public key at its place.
    package func checkConsistency(
        with tree: RatchetTree, provider: some CipherSuiteProvider
    ) throws(MLSError) {
        let all = [(leafIndex.nodeIndex, leafKey)] + pathKeys.map { ($0.node, $0.privateKey) }
        for (node, privateKey) in all {
            let publicKey = try MLSError.mapping { try provider.publicKey(of: privateKey) }
            guard tree[node]?.encryptionKey == publicKey else {
                throw MLSError(.invalidTree, "a private key that is not that of its node")
            }
        }
    }
}
