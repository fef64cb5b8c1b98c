public import MLSCodec

/// How a leaf came into the tree (RFC 9420 §7.2): `leaf_node_source` and what depends on it.
public enum LeafNodeSource: Hashable, Sendable, MLSCodable {
    /// With a KeyPackage, in an Add or at the group's creation; it has the lifetime that its client gave it.
    case keyPackage(Lifetime)
    /// With an Update that somebody else committed.
    case update
    /// With the path of the member's own commit; it binds the path's nodes together (RFC 9420 §7.9).
    case commit(parentHash: [UInt8])

    /// Writes the number of the source, then what depends on it.
    public func encode(into writer: inout MLSWriter) {
        switch self {
        case .keyPackage(let lifetime):
            writer.write(integer: UInt8(1))
            lifetime.encode(into: &writer)
        case .update:
            writer.write(integer: UInt8(2))
        case .commit(let parentHash):
            writer.write(integer: UInt8(3))
            parentHash.encode(into: &writer)
        }
    }

    /// Reads a source.
    ///
    /// - Throws: `invalidValue` for an unknown one, and as any decoder.
    public init(from reader: inout MLSReader) throws(CodecError) {
        switch try reader.readInteger(UInt8.self) {
        case 1: self = .keyPackage(try Lifetime(from: &reader))
        case 2: self = .update
        case 3: self = .commit(parentHash: try reader.readOpaque())
        default: throw CodecError(.invalidValue, "leaf_node_source")
        }
    }

    package var isKeyPackage: Bool {
        guard case .keyPackage = self else { return false }
        return true
    }

    package var isUpdate: Bool { self == .update }

    package var isCommit: Bool { parentHash != nil }

    /// The parent hash of a leaf that a commit brought.
    package var parentHash: [UInt8]? {
        guard case .commit(let parentHash) = self else { return nil }
        return parentHash
    }
}
