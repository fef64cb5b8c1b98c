package import MLSCodec

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
package struct FramedContent: Hashable, Sendable, MLSStruct {
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var sender: Sender
    package var authenticatedData: [UInt8]
    package var body: Body

    package init(groupID: [UInt8], epoch: UInt64, sender: Sender, authenticatedData: [UInt8], body: Body) {
        self.groupID = groupID
        self.epoch = epoch
        self.sender = sender
        self.authenticatedData = authenticatedData
        self.body = body
    }

    package static let layout: StructLayout<Self, [UInt8], UInt64, Sender, [UInt8], Body> = StructLayout(
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
    package indirect enum Body: Hashable, Sendable, MLSCodable {
        case application([UInt8])
        case proposal(Proposal)
        case commit(Commit)

        package var type: ContentType {
            switch self {
            case .application: .application
            case .proposal: .proposal
            case .commit: .commit
            }
        }

        package func encode(into writer: inout MLSWriter) {
            type.encode(into: &writer)
            encodeContent(into: &writer)
        }

        package init(from reader: inout MLSReader) throws(CodecError) {
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
