import MLS

/// What all suites here have in common: hash, KDF and AEAD are swift-crypto's. A type adds its KEM and its signatures.
protocol CommonSuiteProvider: CipherSuiteProvider {
    var hashAlgorithm: HashAlgorithm { get }
    var aead: AuthenticatedCipher { get }
    var concurrency: Concurrency { get }
}

extension CommonSuiteProvider {
    /// 32, 48 or 64.
    public var hashLength: Int { hashAlgorithm.length }
    /// 16 or 32.
    public var aeadKeyLength: Int { aead.keyLength }
    /// 12, for all AEADs of MLS.
    public var aeadNonceLength: Int { aead.nonceLength }

    /// SHA-2, in the length of the suite.
    public func hash(_ data: [UInt8]) -> [UInt8] { hashAlgorithm.hash(data) }
    /// HMAC (RFC 2104) with the suite's hash.
    public func mac(key: SecretBytes, data: [UInt8]) -> [UInt8] { hashAlgorithm.mac(key: key, data: data) }

    /// HKDF-Extract (RFC 5869).
    public func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        hashAlgorithm.extract(salt: salt, inputKeyMaterial: inputKeyMaterial)
    }

    /// HKDF-Expand (RFC 5869).
    ///
    /// - Throws: `outputTooLong` for more than 255 times `hashLength` bytes.
    public func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(CryptoError) -> SecretBytes {
        try hashAlgorithm.expand(pseudoRandomKey: pseudoRandomKey, info: info, length: length)
    }

    /// AES-GCM or ChaCha20-Poly1305; the tag of 16 bytes stands at the end.
    ///
    /// - Throws: `malformedKey`, `malformedInput` for a nonce of another length.
    public func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try aead.seal(plaintext, key: key, nonce: nonce, authenticating: additionalData)
    }

    /// The other side of `seal`.
    ///
    /// - Throws: `authenticationFailed`, `malformedKey`, `malformedInput`.
    public func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try aead.open(ciphertext, key: key, nonce: nonce, authenticating: additionalData)
    }

    /// Bytes from the system's generator, written where they stay.
    public func random(_ count: Int) -> SecretBytes { .random(count) }

    /// On all cores for a parallel provider, and else one after the other.
    public func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) { concurrency.run(count, body) }
}
