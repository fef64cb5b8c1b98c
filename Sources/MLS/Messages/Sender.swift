public import MLSCodec

/// Who sends a message (RFC 9420 §6).
public enum Sender: Hashable, Sendable, MLSCodable {
    /// The member at this leaf.
    case member(LeafIndex)
    /// An entry of the `external_senders` extension.
    case external(senderIndex: UInt32)
    /// A client that proposes to add itself (RFC 9420 §12.1.8).
    case newMemberProposal
    /// A client that joins with this very commit (RFC 9420 §12.4.3.2).
    case newMemberCommit

    /// Writes the type of the sender, then its place if it has one.
    public func encode(into writer: inout MLSWriter) {
        switch self {
        case .member(let index):
            writer.write(integer: UInt8(1))
            index.encode(into: &writer)
        case .external(let index):
            writer.write(integer: UInt8(2))
            writer.write(integer: index)
        case .newMemberProposal:
            writer.write(integer: UInt8(3))
        case .newMemberCommit:
            writer.write(integer: UInt8(4))
        }
    }

    /// Reads a sender.
    ///
    /// - Throws: `invalidValue` for an unknown type, and as any decoder.
    public init(from reader: inout MLSReader) throws(CodecError) {
        switch try reader.readInteger(UInt8.self) {
        case 1: self = .member(try LeafIndex(from: &reader))
        case 2: self = .external(senderIndex: try reader.readInteger())
        case 3: self = .newMemberProposal
        case 4: self = .newMemberCommit
        default: throw CodecError(.invalidValue, "sender_type")
        }
    }

    /// The sender's leaf, if it is a member.
    public var leafIndex: LeafIndex? {
        guard case .member(let index) = self else { return nil }
        return index
    }
}
