import KeyHierarchy
import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Which key a PrivateMessage was encrypted with: used twice, it would betray both messages.
///
/// Opened here from the wire format and the epoch's secret alone, not with the code that sent or read the message.
struct MessageAddress: Hashable {
    var epoch: UInt64
    var leaf: UInt32
    /// Handshake messages have a ratchet of their own.
    var isHandshake: Bool
    var generation: UInt32

    struct NotAMessage: Error {}

    /// The epoch of a sealed text.
    static func epoch(of text: String) throws -> UInt64 { try message(text).epoch }

    /// The PrivateMessage in a sealed text.
    static func message(_ text: String) throws -> PrivateMessage {
        guard let bytes = Base64URL.decode(text.dropFirst("cloudmls1:".count)) else { throw NotAMessage() }
        return try message(bytes)
    }

    /// The PrivateMessage in an MLSMessage.
    static func message(_ bytes: [UInt8]) throws -> PrivateMessage {
        guard case .privateMessage(let message) = try MLSMessage(decoding: bytes) else { throw NotAMessage() }
        return message
    }

    /// - Parameter epochRecord: the stored record of the message's epoch.
    init(_ text: String, epochRecord: [UInt8]) throws {
        try self.init(Self.message(text), epochRecord: epochRecord)
    }

    /// - Parameter epochRecord: the stored record of the message's epoch.
    init(_ message: PrivateMessage, epochRecord: [UInt8]) throws {
        // struct { uint8 version; CipherSuite; opaque group_id<V>; uint64 epoch; uint32 leaf_count;
        //          opaque sender_data_secret<V>; … } EpochRecord;
        var record = MLSReader(epochRecord)
        _ = try UInt8(from: &record)
        let provider = try SwiftCryptoProvider(CipherSuite(from: &record))
        let group = try [UInt8](from: &record)
        let recordEpoch = try UInt64(from: &record)
        _ = try UInt32(from: &record)
        let secret = try SecretBytes(from: &record)
        try #require(group == message.groupID)
        try #require(recordEpoch == message.epoch)

        // RFC 9420 §6.3.2
        let (key, nonce) = try provider.senderDataKeyAndNonce(senderDataSecret: secret, ciphertext: message.ciphertext)
        var aad = MLSWriter()
        message.groupID.encode(into: &aad)
        message.epoch.encode(into: &aad)
        message.contentType.encode(into: &aad)
        let senderData = try provider.open(
            message.encryptedSenderData, key: key, nonce: nonce, authenticating: aad.bytes)
        var reader = MLSReader(senderData)
        epoch = message.epoch
        leaf = try UInt32(from: &reader)
        isHandshake = message.contentType != .application
        generation = try UInt32(from: &reader)
    }
}
