public import MLS

/// The primitives of cipher suites 1, 2, 3, 5 and 7 (RFC 9420 §17.1), from swift-crypto.
///
/// The suites differ in the curve of KEM and signatures, in the AEAD and in the hash.
public struct SwiftCryptoProvider: CipherSuiteProvider {
    /// The suites this provider has.
    public static let supportedCipherSuites: [CipherSuite] = [
        .mls128DHKEMX25519AES128GCMSHA256Ed25519,
        .mls128DHKEMP256AES128GCMSHA256P256,
        .mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519,
        .mls256DHKEMP521AES256GCMSHA512P521,
        .mls256DHKEMP384AES256GCMSHA384P384,
    ]

    public let cipherSuite: CipherSuite
    let curve: Curve
    let aead: AuthenticatedCipher
    let hashAlgorithm: HashAlgorithm
    private let concurrency: Concurrency

    /// - Parameter isParallel: whether work for many members at once is spread over all cores.
    /// - Throws: `unsupportedCipherSuite` for anything but suites 1, 2, 3, 5 and 7.
    public init(_ cipherSuite: CipherSuite, isParallel: Bool = false) throws(MLS.CryptoError) {
        switch cipherSuite {
        case .mls128DHKEMX25519AES128GCMSHA256Ed25519: (curve, aead, hashAlgorithm) = (.curve25519, .aes128GCM, .sha256)
        case .mls128DHKEMP256AES128GCMSHA256P256: (curve, aead, hashAlgorithm) = (.p256, .aes128GCM, .sha256)
        case .mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519:
            (curve, aead, hashAlgorithm) = (.curve25519, .chaChaPoly, .sha256)
        case .mls256DHKEMP521AES256GCMSHA512P521: (curve, aead, hashAlgorithm) = (.p521, .aes256GCM, .sha512)
        case .mls256DHKEMP384AES256GCMSHA384P384: (curve, aead, hashAlgorithm) = (.p384, .aes256GCM, .sha384)
        default: throw MLS.CryptoError(.unsupportedCipherSuite, "cipher suite \(cipherSuite.rawValue)")
        }
        self.cipherSuite = cipherSuite
        concurrency = isParallel ? .parallel : .serial
    }

    /// A provider for `cipherSuite`, whichever type implements it.
    ///
    /// - Throws: `unsupportedCipherSuite` if no library of this build has it.
    public static func provider(for cipherSuite: CipherSuite) throws(MLS.CryptoError) -> any CipherSuiteProvider {
        try CipherSuiteProviders.provider(for: cipherSuite)
    }

    /// Like `provider(for:)`, with work for many members at once spread over all cores.
    public static func parallelProvider(
        for cipherSuite: CipherSuite
    ) throws(MLS.CryptoError) -> any CipherSuiteProvider {
        try CipherSuiteProviders.provider(for: cipherSuite, isParallel: true)
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

    public func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(MLS.CryptoError) -> SecretBytes
    {
        try hashAlgorithm.expand(pseudoRandomKey: pseudoRandomKey, info: info, length: length)
    }

    public func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        try aead.seal(plaintext, key: key, nonce: nonce, authenticating: additionalData)
    }

    public func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        try aead.open(ciphertext, key: key, nonce: nonce, authenticating: additionalData)
    }

    public func random(_ count: Int) -> SecretBytes { .random(count) }
}
