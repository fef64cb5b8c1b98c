package import MLSCodec

// struct {
//     HPKEPublicKey encryption_key;
//     opaque parent_hash<V>;
//     uint32 unmerged_leaves<V>;
// } ParentNode;

/// What a node above the leaves holds (RFC 9420 §7.1).
package struct ParentNode: Hashable, Sendable, MLSStruct {
    package var encryptionKey: HPKEPublicKey
    /// The hash of the next node up that was set by the same commit; empty at the top (RFC 9420 §7.9).
    package var parentHash: [UInt8]
    /// Leaves below that do not know the private key, in increasing order.
    package var unmergedLeaves: [LeafIndex]

    package init(encryptionKey: HPKEPublicKey, parentHash: [UInt8], unmergedLeaves: [LeafIndex] = []) {
        self.encryptionKey = encryptionKey
        self.parentHash = parentHash
        self.unmergedLeaves = unmergedLeaves
    }

    package static let layout: StructLayout<Self, HPKEPublicKey, [UInt8], [LeafIndex]> = StructLayout(
        \.encryptionKey, \.parentHash, \.unmergedLeaves
    ) {
        Self(encryptionKey: $0, parentHash: $1, unmergedLeaves: $2)
    }
}
