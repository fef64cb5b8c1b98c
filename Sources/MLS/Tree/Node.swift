package import MLSCodec

// struct {
//     NodeType node_type;
//     select (Node.node_type) {
//         case leaf:   LeafNode leaf_node;
//         case parent: ParentNode parent_node;
//     };
// } Node;

/// A node of the ratchet tree that is not blank (RFC 9420 §12.4.3.3).
///
/// It is indirect so that a blank, which takes one byte on the wire, takes no more than a pointer in memory.
package indirect enum Node: Hashable, Sendable, MLSCodable {
    case leaf(LeafNode)
    case parent(ParentNode)

    package func encode(into writer: inout MLSWriter) {
        switch self {
        case .leaf(let leaf):
            writer.write(integer: UInt8(1))
            leaf.encode(into: &writer)
        case .parent(let parent):
            writer.write(integer: UInt8(2))
            parent.encode(into: &writer)
        }
    }

    package init(from reader: inout MLSReader) throws(CodecError) {
        switch try reader.readInteger(UInt8.self) {
        case 1: self = .leaf(try LeafNode(from: &reader))
        case 2: self = .parent(try ParentNode(from: &reader))
        default: throw CodecError(.invalidValue, "node_type")
        }
    }

    package var encryptionKey: HPKEPublicKey {
        switch self {
        case .leaf(let leaf): leaf.content.encryptionKey
        case .parent(let parent): parent.encryptionKey
        }
    }

    /// `parent_hash`; a leaf that no commit brought has none.
    var parentHash: [UInt8]? {
        switch self {
        case .leaf(let leaf): leaf.content.source.parentHash
        case .parent(let parent): parent.parentHash
        }
    }

    var leaf: LeafNode? {
        guard case .leaf(let leaf) = self else { return nil }
        return leaf
    }

    var parent: ParentNode? {
        guard case .parent(let parent) = self else { return nil }
        return parent
    }
}
