public import MLS

/// The primitives of cipher suites 4 and 6 (RFC 9420 §17.1): X448 and Ed448 from OpenSSL, AEADs and SHA-512 from
/// swift-crypto, and HPKE (RFC 9180) on top of both.
public struct OpenSSLProvider: CipherSuiteProvider {
    /// The suites this provider has.
    public static let supportedCipherSuites: [CipherSuite] = [
        .mls256DHKEMX448AES256GCMSHA512Ed448,
        .mls256DHKEMX448ChaCha20Poly1305SHA512Ed448,
    ]

    public let cipherSuite: CipherSuite
    let aead: AuthenticatedCipher
    private let hashAlgorithm = HashAlgorithm.sha512
    private let concurrency: Concurrency

    /// - Parameter isParallel: whether work for many members at once is spread over all cores.
    /// - Throws: `unsupportedCipherSuite` for anything but suites 4 and 6.
    public init(_ cipherSuite: CipherSuite, isParallel: Bool = false) throws(CryptoError) {
        switch cipherSuite {
        case .mls256DHKEMX448AES256GCMSHA512Ed448: aead = .aes256GCM
        case .mls256DHKEMX448ChaCha20Poly1305SHA512Ed448: aead = .chaChaPoly
        default: throw CryptoError(.unsupportedCipherSuite, "cipher suite \(cipherSuite.rawValue)")
        }
        self.cipherSuite = cipherSuite
        concurrency = isParallel ? .parallel : .serial
    }

    public func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) { concurrency.run(count, body) }

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
}
