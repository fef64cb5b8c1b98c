import MLS
import MLSCodec

struct TreeOperationsVector: SuiteVector {
    var cipherSuite: UInt16
    var treeBefore: HexBytes
    var proposal: HexBytes
    var proposalSender: UInt32
    var treeHashBefore: HexBytes
    var treeAfter: HexBytes
    var treeHashAfter: HexBytes

    func verify(_ provider: any CipherSuiteProvider) throws {
        var tree = try RatchetTree(decoding: treeBefore.bytes)
        try expectEqual(tree.encoded, treeBefore.bytes, "tree_before")
        try expectEqual(tree.treeHash(provider: provider), treeHashBefore.bytes, "tree_hash_before")
        switch try Proposal(decoding: proposal.bytes) {
        case .add(let keyPackage): _ = try tree.add(keyPackage.content.leafNode)
        case .update(let leafNode): try tree.update(LeafIndex(proposalSender), to: leafNode)
        case .remove(let removed): try tree.remove(removed)
        case let other: throw Mismatch(description: "a proposal of type \(other.type.rawValue)")
        }
        try expectEqual(tree.encoded, treeAfter.bytes, "tree_after")
        try expectEqual(tree.treeHash(provider: provider), treeHashAfter.bytes, "tree_hash_after")
    }
}
