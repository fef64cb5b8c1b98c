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
    // struct { uint8 version; CipherSuite; opaque group_id<V>; uint64 epoch; uint32 leaf_count; opaque
    // sender_data_secret<V>; … } EpochRecord
    var reader = MLSReader(record)
    _ = try reader.readInteger(UInt8.self)
    let provider = try SwiftCryptoProvider(CipherSuite(from: &reader))
    _ = try reader.readOpaque()
    _ = try reader.readInteger(UInt64.self)
    _ = try reader.readInteger(UInt32.self)
    let secret = SecretBytes(try reader.readOpaque())

    let sample = Array(message.ciphertext.prefix(provider.hashLength))
    let key = try provider.expandWithLabel(secret, label: "key", context: sample, length: provider.aeadKeyLength)
    let nonce = try provider.expandWithLabel(secret, label: "nonce", context: sample, length: provider.aeadNonceLength)
    var additionalData = MLSWriter()
    message.groupID.encode(into: &additionalData)
    message.epoch.encode(into: &additionalData)
    message.contentType.encode(into: &additionalData)
    let opened = try provider.open(
        message.encryptedSenderData, key: key, nonce: nonce, authenticating: additionalData.bytes)
    var senderData = MLSReader(opened)
    return RatchetPosition(
        epoch: message.epoch, leafIndex: try senderData.readInteger(), generation: try senderData.readInteger())
}
