import MLS

/// `LabeledExtract` and `LabeledExpand` (RFC 9180 §4): HKDF that is bound to an algorithm of HPKE.
struct LabeledKDF: Sendable {
    private let hash: HashAlgorithm
    private let suiteID: [UInt8]

    /// Inside a KEM: `suite_id = concat("KEM", I2OSP(kem_id, 2))` (§4.1).
    init(kem: UInt16, hash: HashAlgorithm) {
        self.hash = hash
        suiteID = Array("KEM".utf8) + kem.bigEndianBytes
    }

    /// Around it: `suite_id = concat("HPKE", I2OSP(kem_id, 2), I2OSP(kdf_id, 2), I2OSP(aead_id, 2))` (§5.1).
    init(kem: UInt16, kdf: UInt16, aead: UInt16, hash: HashAlgorithm) {
        self.hash = hash
        suiteID = Array("HPKE".utf8) + kem.bigEndianBytes + kdf.bigEndianBytes + aead.bigEndianBytes
    }

    /// `Nh`, in bytes.
    var hashLength: Int { hash.length }

    func extract(
        salt: SecretBytes = SecretBytes([]), label: String, inputKeyMaterial: SecretBytes = SecretBytes([])
    ) -> SecretBytes {
        // labeled_ikm = concat("HPKE-v1", suite_id, label, ikm)
        hash.extract(salt: salt, inputKeyMaterial: .joining(labeled(label), inputKeyMaterial))
    }

    /// Without a salt, of what is no secret.
    func extract(label: String, open input: [UInt8]) -> [UInt8] {
        // HKDF-Extract is HMAC; a salt that is not there is one of zeros (RFC 5869 §2.2).
        hash.mac(key: SecretBytes(zeros: hash.length), data: labeled(label) + input)
    }

    /// `ExtractAndExpand` of DHKEM (§4.1).
    ///
    /// - Parameters:
    ///   - context: `kem_context`.
    ///   - length: `Nsecret`, in bytes.
    func sharedSecret(
        _ agreement: SecretBytes, context: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes {
        try expand(
            extract(label: "eae_prk", inputKeyMaterial: agreement), label: "shared_secret", info: context,
            length: length)
    }

    /// - Parameter length: in bytes.
    func expand(
        _ pseudoRandomKey: SecretBytes, label: String, info: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes {
        // labeled_info = concat(I2OSP(L, 2), "HPKE-v1", suite_id, label, info)
        guard let number = UInt16(exactly: length) else { throw CryptoError(.outputTooLong, "LabeledExpand") }
        return try hash.expand(
            pseudoRandomKey: pseudoRandomKey, info: number.bigEndianBytes + labeled(label) + info, length: length)
    }

    private func labeled(_ label: String) -> [UInt8] { Array("HPKE-v1".utf8) + suiteID + Array(label.utf8) }
}

extension UInt16 {
    /// `I2OSP(n, 2)`.
    fileprivate var bigEndianBytes: [UInt8] { [UInt8(self >> 8), UInt8(truncatingIfNeeded: self)] }
}
