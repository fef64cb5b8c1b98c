public import MLSCodec

// struct {
//     opaque group_id<V>;
//     uint64 epoch;
//     ContentType content_type;
//     opaque authenticated_data<V>;
//     opaque encrypted_sender_data<V>;
//     opaque ciphertext<V>;
// } PrivateMessage;

/// A message that is signed and encrypted (RFC 9420 §6.3). All but its last two fields can be read by anybody.
public struct PrivateMessage: Hashable, Sendable, MLSCodable, LaidOut {
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var contentType: ContentType
    package var authenticatedData: [UInt8]
    package var encryptedSenderData: [UInt8]
    package var ciphertext: [UInt8]

    package init(
        groupID: [UInt8], epoch: UInt64, contentType: ContentType, authenticatedData: [UInt8],
        encryptedSenderData: [UInt8], ciphertext: [UInt8]
    ) {
        self.groupID = groupID
        self.epoch = epoch
        self.contentType = contentType
        self.authenticatedData = authenticatedData
        self.encryptedSenderData = encryptedSenderData
        self.ciphertext = ciphertext
    }

    static let layout: StructLayout<Self, [UInt8], UInt64, ContentType, [UInt8], [UInt8], [UInt8]> =
        StructLayout(
            \.groupID, \.epoch, \.contentType, \.authenticatedData, \.encryptedSenderData, \.ciphertext
        ) {
            Self(
                groupID: $0, epoch: $1, contentType: $2, authenticatedData: $3, encryptedSenderData: $4,
                ciphertext: $5)
        }
}

/// `struct { uint32 leaf_index; uint32 generation; opaque reuse_guard[4]; } SenderData` (RFC 9420 §6.3.2).
struct SenderData: Hashable, Sendable, MLSStruct {
    var leafIndex: LeafIndex
    var generation: UInt32
    /// `opaque reuse_guard[4]`, as the integer that its bytes are in network order.
    var reuseGuard: UInt32

    static let layout: StructLayout<Self, LeafIndex, UInt32, UInt32> = StructLayout(
        \.leafIndex, \.generation, \.reuseGuard
    ) {
        Self(leafIndex: $0, generation: $1, reuseGuard: $2)
    }
}
