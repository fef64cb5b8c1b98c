import MLS

struct SecretTreeVector: SuiteVector {
    struct SenderData: Decodable {
        var senderDataSecret: HexBytes
        var ciphertext: HexBytes
        var key: HexBytes
        var nonce: HexBytes
    }

    struct Generation: Decodable {
        var generation: UInt32
        var handshakeKey: HexBytes
        var handshakeNonce: HexBytes
        var applicationKey: HexBytes
        var applicationNonce: HexBytes
    }

    var cipherSuite: UInt16
    var senderData: SenderData
    var encryptionSecret: HexBytes
    var leaves: [[Generation]]

    func verify(_ provider: any CipherSuiteProvider) throws {
        let sender = try provider.senderDataKeyAndNonce(
            senderDataSecret: SecretBytes(senderData.senderDataSecret.bytes), ciphertext: senderData.ciphertext.bytes)
        try expectEqual(sender.key.bytes, senderData.key.bytes, "sender_data_key")
        try expectEqual(sender.nonce.bytes, senderData.nonce.bytes, "sender_data_nonce")

        let tree = try SecretTree(
            encryptionSecret: SecretBytes(encryptionSecret.bytes), leafCount: UInt32(leaves.count))
        for (leaf, generations) in zip(UInt32(0)..., leaves) {
            for vector in generations {
                let handshake = try tree.keyAndNonce(
                    leaf: LeafIndex(leaf), kind: .handshake, generation: vector.generation,
                    limit: vector.generation, provider: provider)
                try expectEqual(handshake.key.bytes, vector.handshakeKey.bytes, "handshake_key")
                try expectEqual(handshake.nonce.bytes, vector.handshakeNonce.bytes, "handshake_nonce")
                let application = try tree.keyAndNonce(
                    leaf: LeafIndex(leaf), kind: .application, generation: vector.generation,
                    limit: vector.generation, provider: provider)
                try expectEqual(application.key.bytes, vector.applicationKey.bytes, "application_key")
                try expectEqual(application.nonce.bytes, vector.applicationNonce.bytes, "application_nonce")
            }
        }
    }
}
