package import MLS

/// The primitives of cipher suites 1, 2, 3, 5 and 7 (RFC 9420 §17.1), from swift-crypto.
///
/// The suites differ in the curve of KEM and signatures, in the AEAD and in the hash.
package struct SwiftCryptoProvider: CommonSuiteProvider {
    /// The suites this provider has.
    package static let supportedCipherSuites: [CipherSuite] = [
        .mls128DHKEMX25519AES128GCMSHA256Ed25519,
        .mls128DHKEMP256AES128GCMSHA256P256,
        .mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519,
        .mls256DHKEMP521AES256GCMSHA512P521,
        .mls256DHKEMP384AES256GCMSHA384P384,
    ]

    package let cipherSuite: CipherSuite
    let curve: Curve
    let aead: AuthenticatedCipher
    let hashAlgorithm: HashAlgorithm
    let concurrency: Concurrency

    /// - Parameter isParallel: whether work for many members at once is spread over all cores.
    /// - Throws: `unsupportedCipherSuite` for anything but suites 1, 2, 3, 5 and 7.
    package init(_ cipherSuite: CipherSuite, isParallel: Bool = false) throws(MLS.CryptoError) {
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
}
