public import MLSCodec

/// `struct { ProposalOrRef proposals<V>; optional<UpdatePath> path; } Commit` (RFC 9420 §12.4).
public struct Commit: Hashable, Sendable, MLSStruct {
    public var proposals: [ProposalOrRef]
    public var path: UpdatePath?

    public init(proposals: [ProposalOrRef], path: UpdatePath?) {
        self.proposals = proposals
        self.path = path
    }

    public static let layout: StructLayout<Self, [ProposalOrRef], UpdatePath?> = StructLayout(\.proposals, \.path) {
        Self(proposals: $0, path: $1)
    }
}

/// A proposal in a commit: itself, or the name of one that was sent before (RFC 9420 §12.4).
public enum ProposalOrRef: Hashable, Sendable, MLSCodable {
    case proposal(Proposal)
    case reference(ProposalRef)

    public func encode(into writer: inout MLSWriter) {
        switch self {
        case .proposal(let proposal):
            writer.write(integer: UInt8(1))
            proposal.encode(into: &writer)
        case .reference(let reference):
            writer.write(integer: UInt8(2))
            reference.encode(into: &writer)
        }
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        switch try reader.readInteger(UInt8.self) {
        case 1: self = .proposal(try Proposal(from: &reader))
        case 2: self = .reference(try ProposalRef(from: &reader))
        default: throw CodecError(.invalidValue, "ProposalOrRefType")
        }
    }
}

/// `struct { LeafNode leaf_node; UpdatePathNode nodes<V>; } UpdatePath` (RFC 9420 §7.6).
public struct UpdatePath: Hashable, Sendable, MLSStruct {
    public var leafNode: LeafNode
    /// One for each node of the sender's filtered direct path, from the leaf up.
    public var nodes: [UpdatePathNode]

    public init(leafNode: LeafNode, nodes: [UpdatePathNode]) {
        self.leafNode = leafNode
        self.nodes = nodes
    }

    public static let layout: StructLayout<Self, LeafNode, [UpdatePathNode]> = StructLayout(\.leafNode, \.nodes) {
        Self(leafNode: $0, nodes: $1)
    }
}
