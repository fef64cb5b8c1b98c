public import MLSCodec

// struct {
//     ProposalType proposal_type;
//     select (Proposal.proposal_type) {
//         case add:                      Add;
//         case update:                   Update;
//         case remove:                   Remove;
//         case psk:                      PreSharedKey;
//         case reinit:                   ReInit;
//         case external_init:            ExternalInit;
//         case group_context_extensions: GroupContextExtensions;
//         case self_remove:              SelfRemove;   /* struct {} (draft-ietf-mls-extensions) */
//         default:                       opaque content<V>;   /* CustomProposal */
//     };
// } Proposal;

/// A change to the group that somebody asks for (RFC 9420 §12.1).
///
/// Whatever type is unknown is read as one that an application defines; a group refuses it, unless its application does
/// (RFC 9420 §12.2, §13.5).
public indirect enum Proposal: Hashable, Sendable, MLSCodable {
    /// A client joins (RFC 9420 §12.1.1).
    case add(KeyPackage)
    /// Its sender gets a new leaf (RFC 9420 §12.1.2).
    case update(LeafNode)
    /// The member at this leaf goes (RFC 9420 §12.1.3).
    case remove(LeafIndex)
    /// The next epoch's secrets take a pre-shared key in (RFC 9420 §12.1.4).
    case preSharedKey(PreSharedKeyID)
    /// The group ends, and starts over as another one (RFC 9420 §12.1.5).
    case reInit(ReInit)
    /// The sender of an external commit joins; what its KEM gave stands for the init secret (RFC 9420 §12.1.6).
    case externalInit(kemOutput: [UInt8])
    /// The group's extensions are replaced by these (RFC 9420 §12.1.7).
    case groupContextExtensions([Extension])
    /// Its sender leaves (draft-ietf-mls-extensions).
    case selfRemove
    /// Of a type that the application defines (RFC 9420 §17.4).
    case custom(CustomProposal)

    /// The registered number of this sort of proposal.
    public var type: ProposalType {
        switch self {
        case .add: .add
        case .update: .update
        case .remove: .remove
        case .preSharedKey: .preSharedKey
        case .reInit: .reInit
        case .externalInit: .externalInit
        case .groupContextExtensions: .groupContextExtensions
        case .selfRemove: .selfRemove
        case .custom(let custom): custom.type
        }
    }

    /// Writes the type, then what depends on it.
    public func encode(into writer: inout MLSWriter) {
        type.encode(into: &writer)
        switch self {
        case .add(let keyPackage): keyPackage.encode(into: &writer)
        case .update(let leafNode): leafNode.encode(into: &writer)
        case .remove(let removed): removed.encode(into: &writer)
        case .preSharedKey(let id): id.encode(into: &writer)
        case .reInit(let reInit): reInit.encode(into: &writer)
        case .externalInit(let kemOutput): kemOutput.encode(into: &writer)
        case .groupContextExtensions(let extensions): extensions.encode(into: &writer)
        case .selfRemove: break
        case .custom(let custom): custom.content.encode(into: &writer)
        }
    }

    /// Reads a proposal; one of an unknown type has to have a length in front.
    ///
    /// - Throws: as any decoder.
    public init(from reader: inout MLSReader) throws(CodecError) {
        switch try ProposalType(from: &reader) {
        case .add: self = .add(try KeyPackage(from: &reader))
        case .update: self = .update(try LeafNode(from: &reader))
        case .remove: self = .remove(try LeafIndex(from: &reader))
        case .preSharedKey: self = .preSharedKey(try PreSharedKeyID(from: &reader))
        case .reInit: self = .reInit(try ReInit(from: &reader))
        case .externalInit: self = .externalInit(kemOutput: try reader.readOpaque())
        case .groupContextExtensions: self = .groupContextExtensions(try [Extension](from: &reader))
        case .selfRemove: self = .selfRemove
        case let unknown: self = .custom(try CustomProposal(ofUnknown: unknown, from: &reader))
        }
    }
}
