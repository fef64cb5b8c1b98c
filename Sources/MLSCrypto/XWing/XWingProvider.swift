public import MLS

/// **Experimental**: a cipher suite that an adversary with a quantum computer does not decrypt later, on swift-crypto's
/// X-Wing (draft-connolly-cfrg-xwing-kem: X25519 and ML-KEM-768 in one KEM), with AES-256-GCM, SHA-256 and Ed25519.
///
/// Signatures are the classical ones: who can forge Ed25519 by then can join future groups, and not read past ones. The suite
/// has no registered number, only one for private use (RFC 9420 §17.1), and may change or go; what was stored with it then
/// is lost. `CipherSuiteProviders` does not know it: whoever wants it makes this provider.
///
/// Keys are large: a public key has 1216 bytes and a KEM output 1120, so that a commit takes about 1.2 kB for each node of
/// its path and as much again for each one who has to decrypt it.
public struct XWingProvider: CommonSuiteProvider {
    /// The suite's number, for private use.
    public static let experimentalCipherSuite = CipherSuite(rawValue: 0xf47a)

    let aead = AuthenticatedCipher.aes256GCM
    let hashAlgorithm = HashAlgorithm.sha256
    private let signing: SwiftCryptoProvider
    let concurrency: Concurrency

    /// A provider of the experimental suite.
    ///
    /// - Parameter isParallel: whether work for many members at once is spread over all cores.
    /// - Throws: `unsupportedCipherSuite` if swift-crypto lacks Ed25519, which it does not.
    public init(isParallel: Bool = false) throws(CryptoError) {
        signing = try SwiftCryptoProvider(.mls128DHKEMX25519AES128GCMSHA256Ed25519)
        concurrency = isParallel ? .parallel : .serial
    }

    /// `experimentalCipherSuite`.
    public var cipherSuite: CipherSuite { Self.experimentalCipherSuite }

    /// A fresh Ed25519 key pair.
    public func generateSignatureKeyPair() throws(CryptoError) -> SignatureKeyPair {
        try signing.generateSignatureKeyPair()
    }

    /// An Ed25519 signature.
    ///
    /// - Throws: `malformedKey`.
    public func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(CryptoError) -> [UInt8] {
        try signing.sign(message, with: privateKey)
    }

    /// Whether it is an Ed25519 signature of this key.
    public func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool {
        signing.verify(signature: signature, for: message, by: publicKey)
    }

    /// The public half of an Ed25519 key.
    ///
    /// - Throws: `malformedKey`.
    public func publicKey(of privateKey: SignaturePrivateKey) throws(CryptoError) -> SignaturePublicKey {
        try signing.publicKey(of: privateKey)
    }
}
