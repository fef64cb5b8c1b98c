import CloudMLSClient
import MLS
import MLSCodec
import MLSCrypto
import Testing

/// Which ratchet key a sealed text was encrypted with: its epoch, the sender's leaf and the generation.
struct RatchetPosition: Hashable {
    var epoch: UInt64
    var leafIndex: UInt32
    var generation: UInt32
}

/// The ratchet keys of sealed texts, read from their sender data (RFC 9420 §6.3.2) with a member's epoch records.
func ratchetPositions(of texts: [String], as member: TestUser) async throws -> [RatchetPosition] {
    var positions: [RatchetPosition] = []
    for text in texts {
        guard case .sealed(let bytes) = MessageText.decode(text),
            case .privateMessage(let message) = try MLSMessage(decoding: bytes)
        else {
            Issue.record("not sealed: \(text)")
            continue
        }
        let path = StorePath.epoch(message.epoch, of: GroupID(message.groupID))
        let record = try #require(await member.store.read([path])[path]?.body)
        positions.append(try ratchetPosition(of: message, record: record))
    }
    return positions
}

/// The ratchet key of one message, application or handshake, read with the record of its epoch.
func ratchetPosition(of message: PrivateMessage, record: [UInt8]) throws -> RatchetPosition {
    var senderData = MLSReader(try SenderDataKey(of: message, record: record).open(message.encryptedSenderData))
    return RatchetPosition(
        epoch: message.epoch, leafIndex: try senderData.readInteger(), generation: try senderData.readInteger())
}

extension PrivateMessage {
    /// The same message with another generation in its sender data: only a member can make it.
    func claiming(generation: UInt32, record: [UInt8]) throws -> PrivateMessage {
        let key = try SenderDataKey(of: self, record: record)
        var writer = MLSWriter()
        generation.encode(into: &writer)
        // struct { uint32 leaf_index; uint32 generation; opaque reuse_guard[4]; } SenderData
        var senderData = try key.open(encryptedSenderData)
        senderData.replaceSubrange(4..<8, with: writer.bytes)
        var changed = self
        changed.encryptedSenderData = try key.seal(senderData)
        return changed
    }
}

/// What a message's sender data is encrypted with, taken from the record of its epoch.
private struct SenderDataKey {
    private let provider: SwiftCryptoProvider
    private let key: SecretBytes
    private let nonce: SecretBytes
    private let additionalData: [UInt8]

    init(of message: PrivateMessage, record: [UInt8]) throws {
        // struct { uint8 version; CipherSuite; opaque group_id<V>; uint64 epoch; uint32 leaf_count; opaque
        // sender_data_secret<V>; … } EpochRecord
        var reader = MLSReader(record)
        _ = try reader.readInteger(UInt8.self)
        provider = try SwiftCryptoProvider(CipherSuite(from: &reader))
        _ = try reader.readOpaque()
        _ = try reader.readInteger(UInt64.self)
        _ = try reader.readInteger(UInt32.self)
        let secret = SecretBytes(try reader.readOpaque())

        let sample = Array(message.ciphertext.prefix(provider.hashLength))
        key = try provider.expandWithLabel(secret, label: "key", context: sample, length: provider.aeadKeyLength)
        nonce = try provider.expandWithLabel(secret, label: "nonce", context: sample, length: provider.aeadNonceLength)
        var writer = MLSWriter()
        message.groupID.encode(into: &writer)
        message.epoch.encode(into: &writer)
        message.contentType.encode(into: &writer)
        additionalData = writer.bytes
    }

    func open(_ sealed: [UInt8]) throws -> [UInt8] {
        try provider.open(sealed, key: key, nonce: nonce, authenticating: additionalData)
    }

    func seal(_ senderData: [UInt8]) throws -> [UInt8] {
        try provider.seal(senderData, key: key, nonce: nonce, authenticating: additionalData)
    }
}
