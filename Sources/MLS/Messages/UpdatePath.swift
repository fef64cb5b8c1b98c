package import MLSCodec

/// `struct { LeafNode leaf_node; UpdatePathNode nodes<V>; } UpdatePath` (RFC 9420 §7.6).
package struct UpdatePath: Hashable, Sendable, MLSStruct {
    package var leafNode: LeafNode
    /// One for each node of the sender's filtered direct path, from the leaf up.
    package var nodes: [UpdatePathNode]

    package init(leafNode: LeafNode, nodes: [UpdatePathNode]) {
        self.leafNode = leafNode
        self.nodes = nodes
    }

    package static let layout: StructLayout<Self, LeafNode, [UpdatePathNode]> = StructLayout(\.leafNode, \.nodes) {
        Self(leafNode: $0, nodes: $1)
    }
}
