import MLS
import MLSCodec

struct TreeKEMVector: SuiteVector {
    struct PathSecret: Decodable {
        var node: UInt32
        var pathSecret: HexBytes
    }

    struct PrivateLeaf: Decodable {
        var index: UInt32
        var encryptionPriv: HexBytes
        var signaturePriv: HexBytes
        var pathSecrets: [PathSecret]
    }

    struct Path: Decodable {
        var sender: UInt32
        var updatePath: HexBytes
        var pathSecrets: [HexBytes?]
        var commitSecret: HexBytes
        var treeHashAfter: HexBytes
    }

    var cipherSuite: UInt16
    var groupId: HexBytes
    var epoch: UInt64
    var confirmedTranscriptHash: HexBytes
    var ratchetTree: HexBytes
    var leavesPrivate: [PrivateLeaf]
    var updatePaths: [Path]

    func verify(_ provider: any CipherSuiteProvider) throws {
        let tree = try RatchetTree(decoding: ratchetTree.bytes)
        let keys = try leavesPrivate.map { try privateKeys(of: $0, in: tree, provider) }
        for path in updatePaths {
            try verify(path, in: tree, keys, provider)
            guard let sender = zip(leavesPrivate, keys).first(where: { $0.0.index == path.sender }) else { continue }
            try verifyNewPath(of: sender.0, sender.1, in: tree, keys, provider)
        }
    }

    private func privateKeys(
        of leaf: PrivateLeaf, in tree: RatchetTree, _ provider: any CipherSuiteProvider
    ) throws -> TreePrivateKeys {
        var keys = TreePrivateKeys(
            leafIndex: LeafIndex(leaf.index), leafKey: HPKEPrivateKey(leaf.encryptionPriv.privateKey(for: provider)))
        for secret in leaf.pathSecrets {
            try keys.set(
                pathSecret: SecretBytes(secret.pathSecret.bytes), of: NodeIndex(secret.node), in: tree,
                provider: provider)
        }
        try keys.checkConsistency(with: tree, provider: provider)
        try expectEqual(TreePrivateKeys(decoding: keys.encoded), keys, "stored form")
        return keys
    }

    private func context(_ treeHash: [UInt8], _ provider: any CipherSuiteProvider) -> [UInt8] {
        GroupContext(
            cipherSuite: provider.cipherSuite, groupID: groupId.bytes, epoch: epoch, treeHash: treeHash,
            confirmedTranscriptHash: confirmedTranscriptHash.bytes, extensions: []
        ).encoded
    }

    private func verify(
        _ vector: Path, in before: RatchetTree, _ keys: [TreePrivateKeys], _ provider: any CipherSuiteProvider
    ) throws {
        let path = try UpdatePath(decoding: vector.updatePath.bytes)
        let sender = LeafIndex(vector.sender)
        var tree = before
        try tree.merge(path, from: sender, adding: [], provider: provider)
        let treeHash = tree.treeHash(provider: provider)
        try expectEqual(treeHash, vector.treeHashAfter.bytes, "tree_hash_after")
        let groupContext = context(treeHash, provider)
        for member in keys where member.leafIndex != sender {
            let (_, secret) = try member.decryptPathSecret(
                of: path, from: sender, in: tree, adding: [], groupContext: groupContext, provider: provider)
            let place = Int(member.leafIndex.rawValue)
            try expect(vector.pathSecrets.indices.contains(place), "there is no path_secret of leaf \(place)")
            try expectEqual(secret.bytes, vector.pathSecrets[place]?.bytes, "path_secret")
            try expectEqual(
                commitSecret(of: path, from: sender, for: member, in: tree, groupContext, provider).bytes,
                vector.commitSecret.bytes, "commit_secret")
        }
    }

    private func verifyNewPath(
        of sender: PrivateLeaf, _ senderKeys: TreePrivateKeys, in before: RatchetTree, _ keys: [TreePrivateKeys],
        _ provider: any CipherSuiteProvider
    ) throws {
        guard let leaf = before[senderKeys.leafIndex] else { throw Mismatch(description: "the sender's leaf") }
        var senderTree = before
        let new = try senderTree.replacePath(
            content: leaf.content, groupID: groupId.bytes,
            signer: SignaturePrivateKey(sender.signaturePriv.privateKey(for: provider)), privateKeys: senderKeys,
            provider: provider)
        let treeHash = senderTree.treeHash(provider: provider)
        try new.privateKeys.checkConsistency(with: senderTree, provider: provider)
        let groupContext = context(treeHash, provider)
        let path = try new.encrypted(in: senderTree, groupContext: groupContext, adding: [], provider: provider)

        var tree = before
        try tree.merge(path, from: senderKeys.leafIndex, adding: [], provider: provider)
        try expectEqual(tree, senderTree, "the tree with a new path")
        try expectEqual(tree.treeHash(provider: provider), treeHash, "the hash of the tree with a new path")
        for member in keys where member.leafIndex != senderKeys.leafIndex {
            try expectEqual(
                commitSecret(of: path, from: senderKeys.leafIndex, for: member, in: tree, groupContext, provider),
                new.commitSecret, "commit_secret of a new path")
        }
    }

    private func commitSecret(
        of path: UpdatePath, from sender: LeafIndex, for member: TreePrivateKeys, in tree: RatchetTree,
        _ groupContext: [UInt8], _ provider: any CipherSuiteProvider
    ) throws -> SecretBytes {
        var member = member
        let secret = try member.process(
            path, from: sender, in: tree, adding: [], groupContext: groupContext, provider: provider)
        try member.checkConsistency(with: tree, provider: provider)
        return secret
    }
}
