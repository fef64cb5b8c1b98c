import MLS
import MLSCodec

struct TreeValidationVector: SuiteVector {
    var cipherSuite: UInt16
    var tree: HexBytes
    var groupId: HexBytes
    var resolutions: [[UInt32]]
    var treeHashes: [HexBytes]

    func verify(_ provider: any CipherSuiteProvider) throws {
        var ratchetTree = try RatchetTree(decoding: tree.bytes)
        try expectEqual(ratchetTree.encoded, tree.bytes, "tree")
        let rootHash = ratchetTree.treeHash(provider: provider)
        for (index, resolution) in zip(UInt32(0)..., resolutions) {
            try expectEqual(
                ratchetTree.resolution(of: NodeIndex(index)).map(\.rawValue), resolution, "resolution[\(index)]")
        }
        for (index, hash) in zip(UInt32(0)..., treeHashes) {
            try expectEqual(
                ratchetTree.treeHash(of: NodeIndex(index), provider: provider), hash.bytes, "tree_hash[\(index)]")
        }
        let context = GroupContext(
            cipherSuite: provider.cipherSuite, groupID: groupId.bytes, epoch: 0, treeHash: rootHash,
            confirmedTranscriptHash: [], extensions: [])
        try ratchetTree.validate(in: context, provider: provider)
    }
}
