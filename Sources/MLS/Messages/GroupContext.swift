public import MLSCodec

// struct {
//     ProtocolVersion version = mls10;
//     CipherSuite cipher_suite;
//     opaque group_id<V>;
//     uint64 epoch;
//     opaque tree_hash<V>;
//     opaque confirmed_transcript_hash<V>;
//     Extension extensions<V>;
// } GroupContext;

/// What all members agree on in an epoch (RFC 9420 §8.1).
public struct GroupContext: Hashable, Sendable, MLSCodable, LaidOut {
    /// The suite that everything in the group is made with.
    public var cipherSuite: CipherSuite
    /// The name that the creator gave the group.
    public var groupID: [UInt8]
    /// The number of the epoch.
    public var epoch: UInt64
    package var treeHash: [UInt8]
    package var confirmedTranscriptHash: [UInt8]
    /// What the group agreed on beside that, `required_capabilities` and `external_senders` among it.
    public var extensions: [Extension]

    private var version: ProtocolVersion { .mls10 }

    package init(
        cipherSuite: CipherSuite, groupID: [UInt8], epoch: UInt64, treeHash: [UInt8],
        confirmedTranscriptHash: [UInt8], extensions: [Extension]
    ) {
        self.cipherSuite = cipherSuite
        self.groupID = groupID
        self.epoch = epoch
        self.treeHash = treeHash
        self.confirmedTranscriptHash = confirmedTranscriptHash
        self.extensions = extensions
    }

    static let layout:
        StructLayout<Self, ProtocolVersion, CipherSuite, [UInt8], UInt64, [UInt8], [UInt8], [Extension]> = StructLayout(
            \.version, \.cipherSuite, \.groupID, \.epoch, \.treeHash, \.confirmedTranscriptHash, \.extensions
        ) { (version, cipherSuite, groupID, epoch, treeHash, transcript, extensions) throws(CodecError) in
            guard version == .mls10 else { throw CodecError(.invalidValue, "GroupContext.version") }
            return Self(
                cipherSuite: cipherSuite, groupID: groupID, epoch: epoch, treeHash: treeHash,
                confirmedTranscriptHash: transcript, extensions: extensions)
        }
}
