public import MLSCodec

// struct {
//     opaque group_id<V>;
//     uint64 epoch;
//     Sender sender;
//     opaque authenticated_data<V>;
//     ContentType content_type;
//     select (FramedContent.content_type) {
//         case application: opaque application_data<V>;
//         case proposal:    Proposal proposal;
//         case commit:      Commit commit;
//     };
// } FramedContent;

/// A message's content and who sends it (RFC 9420 §6).
public struct FramedContent: Hashable, Sendable, MLSStruct {
    public var groupID: [UInt8]
    public var epoch: UInt64
    public var sender: Sender
    public var authenticatedData: [UInt8]
    public var body: Body

    public init(groupID: [UInt8], epoch: UInt64, sender: Sender, authenticatedData: [UInt8], body: Body) {
        self.groupID = groupID
        self.epoch = epoch
        self.sender = sender
        self.authenticatedData = authenticatedData
        self.body = body
    }

    public static let layout: StructLayout<Self, [UInt8], UInt64, Sender, [UInt8], Body> = StructLayout(
        \.groupID, \.epoch, \.sender, \.authenticatedData, \.body
    ) {
        Self(groupID: $0, epoch: $1, sender: $2, authenticatedData: $3, body: $4)
    }

    /// The encoding, put together with what `body` is encoded to, without its type. The encoding is canonical: the bytes that
    /// arrived are those that writing the body would give again.
    func encoded(withBody encodedBody: [UInt8]) -> [UInt8] {
        var writer = MLSWriter(
            reservingCapacity: 32 + groupID.count + authenticatedData.count + encodedBody.count)
        groupID.encode(into: &writer)
        epoch.encode(into: &writer)
        sender.encode(into: &writer)
        authenticatedData.encode(into: &writer)
        body.type.encode(into: &writer)
        writer.write(raw: encodedBody)
        return writer.bytes
    }

    /// `content_type` and what depends on it.
    public indirect enum Body: Hashable, Sendable, MLSCodable {
        case application([UInt8])
        case proposal(Proposal)
        case commit(Commit)

        public var type: ContentType {
            switch self {
            case .application: .application
            case .proposal: .proposal
            case .commit: .commit
            }
        }

        public func encode(into writer: inout MLSWriter) {
            type.encode(into: &writer)
            encodeContent(into: &writer)
        }

        public init(from reader: inout MLSReader) throws(CodecError) {
            try self.init(type: ContentType(from: &reader), from: &reader)
        }

        /// Writes the content without its type, as a PrivateMessage has it (RFC 9420 §6.3.1).
        func encodeContent(into writer: inout MLSWriter) {
            switch self {
            case .application(let data): data.encode(into: &writer)
            case .proposal(let proposal): proposal.encode(into: &writer)
            case .commit(let commit): commit.encode(into: &writer)
            }
        }

        init(type: ContentType, from reader: inout MLSReader) throws(CodecError) {
            switch type {
            case .application: self = .application(try reader.readOpaque())
            case .proposal: self = .proposal(try Proposal(from: &reader))
            case .commit: self = .commit(try Commit(from: &reader))
            }
        }
    }
}

/// Who sends a message (RFC 9420 §6).
public enum Sender: Hashable, Sendable, MLSCodable {
    case member(LeafIndex)
    /// An entry of the `external_senders` extension.
    case external(senderIndex: UInt32)
    case newMemberProposal
    case newMemberCommit

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
