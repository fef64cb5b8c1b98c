import MLS

/// What all suites here have in common: hash, KDF and AEAD are swift-crypto's. A type adds its KEM and its signatures.
protocol CommonSuiteProvider: CipherSuiteProvider {
    var hashAlgorithm: HashAlgorithm { get }
    var aead: AuthenticatedCipher { get }
    var concurrency: Concurrency { get }
}

extension CommonSuiteProvider {
    public var hashLength: Int { hashAlgorithm.length }
    public var aeadKeyLength: Int { aead.keyLength }
    public var aeadNonceLength: Int { aead.nonceLength }

    public func hash(_ data: [UInt8]) -> [UInt8] { hashAlgorithm.hash(data) }
    public func mac(key: SecretBytes, data: [UInt8]) -> [UInt8] { hashAlgorithm.mac(key: key, data: data) }

    public func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        hashAlgorithm.extract(salt: salt, inputKeyMaterial: inputKeyMaterial)
    }

    public func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(CryptoError) -> SecretBytes {
        try hashAlgorithm.expand(pseudoRandomKey: pseudoRandomKey, info: info, length: length)
    }

    public func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try aead.seal(plaintext, key: key, nonce: nonce, authenticating: additionalData)
    }

    public func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try aead.open(ciphertext, key: key, nonce: nonce, authenticating: additionalData)
    }

    public func random(_ count: Int) -> SecretBytes { .random(count) }

    public func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) { concurrency.run(count, body) }
}
