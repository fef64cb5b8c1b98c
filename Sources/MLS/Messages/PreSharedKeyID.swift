public import MLSCodec

// struct {
//   PSKType psktype;
//   select (PreSharedKeyID.psktype) {
//     case external:
//       opaque psk_id<V>;
//     case resumption:
//       ResumptionPSKUsage usage;
//       opaque psk_group_id<V>;
//       uint64 psk_epoch;
//   };
//   opaque psk_nonce<V>;
// } PreSharedKeyID;

/// Names a pre-shared key (RFC 9420 §8.4).
public struct PreSharedKeyID: Hashable, Sendable, MLSCodable, LaidOut {
    public var key: Key
    /// Fresh random bytes, `KDF.Nh` of them.
    public var nonce: [UInt8]

    package init(key: Key, nonce: [UInt8]) {
        self.key = key
        self.nonce = nonce
    }

    static let layout: StructLayout<Self, Key, [UInt8]> = StructLayout(\.key, \.nonce) {
        Self(key: $0, nonce: $1)
    }

    /// Where the key comes from.
    public enum Key: Hashable, Sendable, MLSCodable {
        case external(id: [UInt8])
        case resumption(usage: ResumptionPSKUsage, groupID: [UInt8], epoch: UInt64)

        public func encode(into writer: inout MLSWriter) {
            switch self {
            case .external(let id):
                writer.write(integer: UInt8(1))
                id.encode(into: &writer)
            case .resumption(let usage, let groupID, let epoch):
                writer.write(integer: UInt8(2))
                usage.encode(into: &writer)
                groupID.encode(into: &writer)
                epoch.encode(into: &writer)
            }
        }

        public init(from reader: inout MLSReader) throws(CodecError) {
            switch try reader.readInteger(UInt8.self) {
            case 1:
                self = .external(id: try reader.readOpaque())
            case 2:
                self = .resumption(
                    usage: try ResumptionPSKUsage(from: &reader), groupID: try reader.readOpaque(),
                    epoch: try reader.readInteger())
            default:
                throw CodecError(.invalidValue, "psktype")
            }
        }
    }
}

/// What a resumption key is for (RFC 9420 §8.4).
public enum ResumptionPSKUsage: UInt8, Sendable, MLSCodable {
    case application = 1
    case reInit = 2
    case branch = 3
}
