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
    /// Which key it is, whatever the nonce.
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
        /// One that the application has from elsewhere, by the name that its parties agreed on.
        case external(id: [UInt8])
        /// One that an epoch of a group left behind (RFC 9420 §8.6).
        case resumption(usage: ResumptionPSKUsage, groupID: [UInt8], epoch: UInt64)

        /// Writes the type of the key, then its name.
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

        /// Reads the name of a key.
        ///
        /// - Throws: `invalidValue` for an unknown type or use, and as any decoder.
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
    /// To show that all members were in the other epoch; whoever asks for it knows why.
    case application = 1
    /// To continue a group that a ReInit ended (RFC 9420 §11.2).
    case reInit = 2
    /// To make a group of some of another's members (RFC 9420 §11.3).
    case branch = 3
}
