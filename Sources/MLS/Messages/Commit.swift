package import MLSCodec

/// `struct { ProposalOrRef proposals<V>; optional<UpdatePath> path; } Commit` (RFC 9420 §12.4).
package struct Commit: Hashable, Sendable, MLSStruct {
    package var proposals: [ProposalOrRef]
    package var path: UpdatePath?

    package init(proposals: [ProposalOrRef], path: UpdatePath?) {
        self.proposals = proposals
        self.path = path
    }

    package static let layout: StructLayout<Self, [ProposalOrRef], UpdatePath?> = StructLayout(\.proposals, \.path) {
        Self(proposals: $0, path: $1)
    }
}

/// A proposal in a commit: itself, or the name of one that was sent before (RFC 9420 §12.4).
package enum ProposalOrRef: Hashable, Sendable, MLSCodable {
    case proposal(Proposal)
    case reference(ProposalRef)

    package func encode(into writer: inout MLSWriter) {
        switch self {
        case .proposal(let proposal):
            writer.write(integer: UInt8(1))
            proposal.encode(into: &writer)
        case .reference(let reference):
            writer.write(integer: UInt8(2))
            reference.encode(into: &writer)
        }
    }

    package init(from reader: inout MLSReader) throws(CodecError) {
        switch try reader.readInteger(UInt8.self) {
        case 1: self = .proposal(try Proposal(from: &reader))
        case 2: self = .reference(try ProposalRef(from: &reader))
        default: throw CodecError(.invalidValue, "ProposalOrRefType")
        }
    }
}
