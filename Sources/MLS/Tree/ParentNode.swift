public import MLSCodec

// struct {
//     HPKEPublicKey encryption_key;
//     opaque parent_hash<V>;
//     uint32 unmerged_leaves<V>;
// } ParentNode;

/// What a node above the leaves holds (RFC 9420 §7.1).
public struct ParentNode: Hashable, Sendable, MLSStruct {
    public var encryptionKey: HPKEPublicKey
    /// The hash of the next node up that was set by the same commit; empty at the top (RFC 9420 §7.9).
    public var parentHash: [UInt8]
    /// Leaves below that do not know the private key, in increasing order.
    public var unmergedLeaves: [LeafIndex]

    public init(encryptionKey: HPKEPublicKey, parentHash: [UInt8], unmergedLeaves: [LeafIndex] = []) {
        self.encryptionKey = encryptionKey
        self.parentHash = parentHash
        self.unmergedLeaves = unmergedLeaves
    }

    public static let layout: StructLayout<Self, HPKEPublicKey, [UInt8], [LeafIndex]> = StructLayout(
        \.encryptionKey, \.parentHash, \.unmergedLeaves
    ) {
        Self(encryptionKey: $0, parentHash: $1, unmergedLeaves: $2)
    }
}
