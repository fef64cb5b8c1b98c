import MLS

/// What both sides of HPKE's base mode have once the KEM gave them a shared secret (RFC 9180 §5).
struct HPKEContext: Sendable {
    private let kdf: LabeledKDF
    private let aead: AuthenticatedCipher
    private let key: SecretBytes
    private let baseNonce: SecretBytes
    private let exporterSecret: SecretBytes

    /// `KeySchedule` of base mode (§5.1): `mode` is 0, `psk` and `psk_id` are empty. The KDF is HKDF-SHA512.
    ///
    /// - Parameter kem: the KEM's registered number.
    init(sharedSecret: SecretBytes, kem: UInt16, aead: AuthenticatedCipher, info: [UInt8]) throws(CryptoError) {
        kdf = LabeledKDF(kem: kem, kdf: Self.kdfIdentifier, aead: aead.hpkeIdentifier, hash: .sha512)
        self.aead = aead
        let pskIDHash = kdf.extract(label: "psk_id_hash")
        let infoHash = kdf.extract(label: "info_hash", inputKeyMaterial: SecretBytes(info))
        let context = [Self.baseMode] + pskIDHash.bytes + infoHash.bytes
        let secret = kdf.extract(salt: sharedSecret, label: "secret")
        key = try kdf.expand(secret, label: "key", info: context, length: aead.keyLength)
        baseNonce = try kdf.expand(secret, label: "base_nonce", info: context, length: aead.nonceLength)
        exporterSecret = try kdf.expand(secret, label: "exp", info: context, length: kdf.hashLength)
    }

    /// `mode_base` (§5).
    private static let baseMode: UInt8 = 0
    /// `kdf_id` of HKDF-SHA512 (§7.2).
    private static let kdfIdentifier: UInt16 = 0x0003

    /// `Seal` with sequence number 0, the only one: MLS seals once for each encapsulated key, and the nonce of 0 is the
    /// base nonce (§5.2).
    func seal(_ plaintext: [UInt8], authenticating additionalData: [UInt8]) throws(CryptoError) -> [UInt8] {
        try aead.seal(plaintext, key: key, nonce: baseNonce, authenticating: additionalData)
    }

    /// `Open` with sequence number 0.
    func open(_ ciphertext: [UInt8], authenticating additionalData: [UInt8]) throws(CryptoError) -> [UInt8] {
        try aead.open(ciphertext, key: key, nonce: baseNonce, authenticating: additionalData)
    }

    /// `Export` (§5.3).
    ///
    /// - Parameter length: in bytes, at most 255 times the hash's.
    func export(context: [UInt8], length: Int) throws(CryptoError) -> SecretBytes {
        try kdf.expand(exporterSecret, label: "sec", info: context, length: length)
    }
}

extension AuthenticatedCipher {
    /// `aead_id` (§7.3).
    fileprivate var hpkeIdentifier: UInt16 {
        switch self {
        case .aes128GCM: 0x0001
        case .aes256GCM: 0x0002
        case .chaChaPoly: 0x0003
        }
    }
}
