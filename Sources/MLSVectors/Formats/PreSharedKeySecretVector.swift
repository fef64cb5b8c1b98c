import MLS

struct PreSharedKeySecretVector: SuiteVector {
    struct Key: Decodable {
        var pskId: HexBytes
        var psk: HexBytes
        var pskNonce: HexBytes
    }

    var cipherSuite: UInt16
    var psks: [Key]
    var pskSecret: HexBytes

    func verify(_ provider: any CipherSuiteProvider) throws {
        let keys = psks.map { key in
            PreSharedKey(
                id: PreSharedKeyID(key: .external(id: key.pskId.bytes), nonce: key.pskNonce.bytes),
                secret: SecretBytes(key.psk.bytes))
        }
        try expectEqual(provider.pskSecret(keys).bytes, pskSecret.bytes, "psk_secret")
    }
}
