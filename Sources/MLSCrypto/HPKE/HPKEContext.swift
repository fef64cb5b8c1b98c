import MLS

/// The key schedule of HPKE's base mode (RFC 9180 §5.1), as far as it does not depend on the recipient: `info` is hashed
/// once for all that is sealed with it.
struct HPKEKeySchedule: Sendable {
    fileprivate let kdf: LabeledKDF
    fileprivate let aead: AuthenticatedCipher
    /// `key_schedule_context`: `mode` is 0, `psk_id` is empty.
    fileprivate let context: [UInt8]

    /// - Parameters:
    ///   - kem: the KEM's registered number.
    ///   - hash: that of HKDF.
    init(kem: UInt16, hash: HashAlgorithm, aead: AuthenticatedCipher, info: [UInt8]) {
        kdf = LabeledKDF(kem: kem, kdf: hash.hpkeIdentifier, aead: aead.hpkeIdentifier, hash: hash)
        self.aead = aead
        context =
            [Self.baseMode] + kdf.extract(label: "psk_id_hash", open: []) + kdf.extract(label: "info_hash", open: info)
    }

    /// `mode_base` (§5).
    private static let baseMode: UInt8 = 0
}

/// What both sides of HPKE's base mode have once the KEM gave them a shared secret (RFC 9180 §5).
struct HPKEContext: Sendable {
    private let schedule: HPKEKeySchedule
    /// `secret` (§5.1); `psk` is empty.
    private let secret: SecretBytes

    init(sharedSecret: SecretBytes, _ schedule: HPKEKeySchedule) {
        self.schedule = schedule
        secret = schedule.kdf.extract(salt: sharedSecret, label: "secret")
    }

    /// `Seal` with sequence number 0, the only one: MLS seals once for each encapsulated key, and the nonce of 0 is the
    /// base nonce (§5.2).
    func seal(_ plaintext: [UInt8], authenticating additionalData: [UInt8]) throws(CryptoError) -> [UInt8] {
        let (key, nonce) = try keyAndNonce()
        return try schedule.aead.seal(plaintext, key: key, nonce: nonce, authenticating: additionalData)
    }

    /// `Open` with sequence number 0.
    func open(_ ciphertext: [UInt8], authenticating additionalData: [UInt8]) throws(CryptoError) -> [UInt8] {
        let (key, nonce) = try keyAndNonce()
        return try schedule.aead.open(ciphertext, key: key, nonce: nonce, authenticating: additionalData)
    }

    /// `Export` (§5.3).
    ///
    /// - Parameter length: in bytes, at most 255 times the hash's.
    func export(context: [UInt8], length: Int) throws(CryptoError) -> SecretBytes {
        let exporterSecret = try expand("exp", length: schedule.kdf.hashLength)
        return try schedule.kdf.expand(exporterSecret, label: "sec", info: context, length: length)
    }

    private func keyAndNonce() throws(CryptoError) -> (key: SecretBytes, nonce: SecretBytes) {
        (
            try expand("key", length: schedule.aead.keyLength),
            try expand("base_nonce", length: schedule.aead.nonceLength)
        )
    }

    private func expand(_ label: String, length: Int) throws(CryptoError) -> SecretBytes {
        try schedule.kdf.expand(secret, label: label, info: schedule.context, length: length)
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

extension HashAlgorithm {
    /// `kdf_id` of HKDF with this hash (§7.2).
    fileprivate var hpkeIdentifier: UInt16 {
        switch self {
        case .sha256: 0x0001
        case .sha384: 0x0002
        case .sha512: 0x0003
        }
    }
}
