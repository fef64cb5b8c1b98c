package import MLSCodec

// optional<Node> ratchet_tree<V>;

/// The form of the `ratchet_tree` extension (RFC 9420 §12.4.3.3): no blanks after the last node that is not blank.
extension RatchetTree: MLSCodable {
    package func encode(into writer: inout MLSWriter) {
        writer.writeVector { writer in
            var written: UInt32 = 0
            forEachNode { index, node in
                writer.write(raw: repeatElement(0, count: Int(index.rawValue - written)))
                writer.write(integer: UInt8(1))
                node.encode(into: &writer)
                written = index.rawValue + 1
            }
        }
    }

    package init(from reader: inout MLSReader) throws(CodecError) {
        let nodes = try [Node?](from: &reader)
        guard let last = nodes.last, last != nil else {
            throw CodecError(.invalidValue, "ratchet_tree that ends in a blank")
        }
        for (index, node) in nodes.enumerated() {
            guard let node else { continue }
            guard (node.leaf != nil) == (index % 2 == 0) else {
                throw CodecError(.invalidValue, "ratchet_tree with a node of the wrong type")
            }
        }
        guard nodes.count <= Int(UInt32.max), let size = TreeSize(leaves: UInt32(nodes.count / 2 + 1)) else {
            throw CodecError(.tooLong, "ratchet_tree")
        }
        self.init(root: Self.build(nodes, at: size.root), size: size)
    }

    /// The subtree below `position`; nodes beyond the end of the array are blank.
    private static func build(_ nodes: [Node?], at position: NodeIndex) -> Subtree? {
        let firstLeaf = Int(position.leaves.lowerBound.nodeIndex.rawValue)
        guard firstLeaf < nodes.count else { return nil }
        let index = Int(position.rawValue)
        let subtree = Subtree(
            index < nodes.count ? nodes[index] : nil,
            left: position.left.flatMap { build(nodes, at: $0) },
            right: position.right.flatMap { build(nodes, at: $0) })
        return subtree.isBlank ? nil : subtree
    }
}
