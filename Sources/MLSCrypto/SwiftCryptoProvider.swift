import Crypto
import Dispatch
import Foundation
public import MLS

/// The primitives of cipher suites 1, 2 and 3 (RFC 9420 §17.1), from swift-crypto.
///
/// All three hash with SHA-256; they differ in the curve of KEM and signature and in the AEAD.
public struct SwiftCryptoProvider: CipherSuiteProvider {
    /// The suites this provider has.
    public static let supportedCipherSuites: [CipherSuite] = [
        .mls128DHKEMX25519AES128GCMSHA256Ed25519,
        .mls128DHKEMP256AES128GCMSHA256P256,
        .mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519,
    ]

    public let cipherSuite: CipherSuite
    let curve: Curve
    let aead: AuthenticatedCipher
    private let isParallel: Bool

    /// The group that a suite's KEM and signatures live on.
    enum Curve {
        /// X25519 for the KEM, Ed25519 for signatures.
        case curve25519
        /// P-256 for both.
        case p256
    }

    /// - Parameter isParallel: whether work for many members at once is spread over all cores.
    /// - Throws: `unsupportedCipherSuite` for anything but suites 1, 2 and 3.
    public init(_ cipherSuite: CipherSuite, isParallel: Bool = false) throws(MLS.CryptoError) {
        self.isParallel = isParallel
        switch cipherSuite {
        case .mls128DHKEMX25519AES128GCMSHA256Ed25519: (curve, aead) = (.curve25519, .aes128GCM)
        case .mls128DHKEMP256AES128GCMSHA256P256: (curve, aead) = (.p256, .aes128GCM)
        case .mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519: (curve, aead) = (.curve25519, .chaChaPoly)
        default: throw MLS.CryptoError(.unsupportedCipherSuite, "cipher suite \(cipherSuite.rawValue)")
        }
        self.cipherSuite = cipherSuite
    }

    /// A provider for `cipherSuite`, whichever type implements it.
    ///
    /// - Throws: `unsupportedCipherSuite` if no library of this build has it.
    public static func provider(for cipherSuite: CipherSuite) throws(MLS.CryptoError) -> any CipherSuiteProvider {
        try SwiftCryptoProvider(cipherSuite)
    }

    /// Like `provider(for:)`, with work for many members at once spread over all cores.
    public static func parallelProvider(
        for cipherSuite: CipherSuite
    ) throws(MLS.CryptoError) -> any CipherSuiteProvider {
        try SwiftCryptoProvider(cipherSuite, isParallel: true)
    }

    public func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) {
        if isParallel {
            DispatchQueue.concurrentPerform(iterations: count, execute: body)
        } else {
            for index in 0..<count { body(index) }
        }
    }

    public var hashLength: Int { SHA256.byteCount }
    public var aeadKeyLength: Int { aead.keyLength }
    public var aeadNonceLength: Int { aead.nonceLength }

    public func hash(_ data: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: data)) }

    public func mac(key: SecretBytes, data: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(key)))
    }

    public func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        let output = salt.withUnsafeBytes { salt in
            HKDF<SHA256>.extract(inputKeyMaterial: SymmetricKey(inputKeyMaterial), salt: salt)
        }
        return output.withUnsafeBytes { SecretBytes($0) }
    }

    public func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(MLS.CryptoError) -> SecretBytes
    {
        guard length >= 0, length <= 255 * hashLength else { throw MLS.CryptoError(.outputTooLong, "HKDF-Expand") }
        guard length > 0 else { return SecretBytes([]) }
        let output = HKDF<SHA256>.expand(
            pseudoRandomKey: SymmetricKey(pseudoRandomKey), info: info, outputByteCount: length)
        return output.withUnsafeBytes { SecretBytes($0) }
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

    public func random(_ count: Int) -> SecretBytes {
        var generator = SystemRandomNumberGenerator()
        return SecretBytes((0..<max(0, count)).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}

extension SymmetricKey {
    init(_ secret: SecretBytes) {
        self = secret.withUnsafeBytes { SymmetricKey(data: $0) }
    }
}
