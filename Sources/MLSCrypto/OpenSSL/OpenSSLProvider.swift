package import MLS

/// The primitives of cipher suites 4 and 6 (RFC 9420 §17.1): X448 and Ed448 from OpenSSL, AEADs and SHA-512 from
/// swift-crypto, and HPKE (RFC 9180) on top of both.
package struct OpenSSLProvider: CommonSuiteProvider {
    /// The suites this provider has.
    package static let supportedCipherSuites: [CipherSuite] = [
        .mls256DHKEMX448AES256GCMSHA512Ed448,
        .mls256DHKEMX448ChaCha20Poly1305SHA512Ed448,
    ]

    package let cipherSuite: CipherSuite
    let aead: AuthenticatedCipher
    let hashAlgorithm = HashAlgorithm.sha512
    let concurrency: Concurrency

    /// - Parameter isParallel: whether work for many members at once is spread over all cores.
    /// - Throws: `unsupportedCipherSuite` for anything but suites 4 and 6.
    package init(_ cipherSuite: CipherSuite, isParallel: Bool = false) throws(CryptoError) {
        switch cipherSuite {
        case .mls256DHKEMX448AES256GCMSHA512Ed448: aead = .aes256GCM
        case .mls256DHKEMX448ChaCha20Poly1305SHA512Ed448: aead = .chaChaPoly
        default: throw CryptoError(.unsupportedCipherSuite, "cipher suite \(cipherSuite.rawValue)")
        }
        self.cipherSuite = cipherSuite
        concurrency = isParallel ? .parallel : .serial
    }
}
