/// Seals a plaintext to a public key (RFC 9180 §6.1), in a context that was given before; several threads may use it.
public typealias HPKESealer =
    @Sendable (_ plaintext: [UInt8], _ publicKey: HPKEPublicKey) throws(CryptoError) -> HPKECiphertext

/// The primitives of one cipher suite (RFC 9420 §5.1), as a crypto library offers them.
///
/// Labels and structures of MLS are not its business: `MLS` builds those on top (`ExpandWithLabel`, `SignWithLabel`, …),
/// so that a provider is small. Every function refuses malformed keys, lengths and ciphertexts with a `CryptoError`.
public protocol CipherSuiteProvider: Sendable {
    /// The suite whose primitives these are.
    var cipherSuite: CipherSuite { get }
    /// `KDF.Nh`, in bytes: also the output of `Hash`.
    var hashLength: Int { get }
    /// `AEAD.Nk`, in bytes.
    var aeadKeyLength: Int { get }
    /// `AEAD.Nn`, in bytes.
    var aeadNonceLength: Int { get }

    /// The suite's hash; `hashLength` bytes.
    func hash(_ data: [UInt8]) -> [UInt8]
    /// HMAC with the suite's hash (RFC 9420 §5.1), for keys of any length; `hashLength` bytes.
    func mac(key: SecretBytes, data: [UInt8]) -> [UInt8]
    /// HKDF-Extract (RFC 5869).
    func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes
    /// HKDF-Expand (RFC 5869); `length` is in bytes and at most 255 times `hashLength`.
    func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(CryptoError) -> SecretBytes

    /// AEAD encryption; the tag stands at the end of the answer.
    func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8]
    /// AEAD decryption.
    ///
    /// - Parameter ciphertext: with the tag at its end.
    /// - Throws: `authenticationFailed` if it was not sealed with this key, nonce and data; `malformedKey` or
    ///   `malformedInput` for impossible lengths.
    func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8]

    /// HPKE base mode, single shot (RFC 9180 §6.1): the encapsulated key and the ciphertext.
    func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> HPKECiphertext
    /// The other side of `hpkeSeal` (RFC 9180 §6.1).
    ///
    /// - Throws: `authenticationFailed` for a ciphertext that is not for this key, or was sealed with other `info` or
    ///   data; `malformedKey`.
    func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8]
    /// What does `hpkeSeal` for many recipients with one `info`, and nothing authenticated: a long one need not be hashed
    /// for each of them. The default calls `hpkeSeal`.
    func hpkeSealer(info: [UInt8]) -> HPKESealer
    /// HPKE base mode, single-shot secret export (RFC 9180 §6.2, `SendExportBase`): a secret that only the owner of
    /// `publicKey` can derive, and the encapsulated key that it takes.
    ///
    /// - Parameters:
    ///   - info: of the HPKE context.
    ///   - exporterContext: what the secret is for.
    ///   - length: in bytes, from 1 to 255 times `hashLength`.
    /// - Throws: `malformedKey`, `outputTooLong`.
    func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes)
    /// The same secret on the other side (`ReceiveExportBase`). Another key or context gives another secret: nothing is
    /// authenticated.
    func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes
    /// `KEM.DeriveKeyPair` (RFC 9180 §7.1.3).
    func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(CryptoError) -> HPKEKeyPair
    /// Throws unless the bytes are a usable public key of the suite's KEM.
    func validate(_ publicKey: HPKEPublicKey) throws(CryptoError)
    /// The public key that belongs to a private one.
    func publicKey(of privateKey: HPKEPrivateKey) throws(CryptoError) -> HPKEPublicKey

    /// A fresh signature key pair, in the encodings of RFC 9420 §5.1.1.
    func generateSignatureKeyPair() throws(CryptoError) -> SignatureKeyPair
    /// The signature over `message`, in the encoding of RFC 9420 §5.1.2.
    ///
    /// - Throws: `malformedKey`.
    func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(CryptoError) -> [UInt8]
    /// Whether `signature` is `publicKey`'s for `message`; malformed input is simply not a signature.
    func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool
    /// The public key that belongs to a private one.
    func publicKey(of privateKey: SignaturePrivateKey) throws(CryptoError) -> SignaturePublicKey

    /// Random bytes from the system's generator, exactly `count` of them: MLS stops the program otherwise.
    func random(_ count: Int) -> SecretBytes

    /// Runs `body` once for every index below `count`, and comes back when all are done.
    ///
    /// This is how work for many members at once gets to several cores; `MLS` itself has no threads. The default is
    /// one after the other.
    func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void)
}

extension CipherSuiteProvider {
    /// Calls `hpkeSeal` for each recipient, with `info` as it is.
    public func hpkeSealer(info: [UInt8]) -> HPKESealer {
        { (plaintext, publicKey) throws(CryptoError) in
            try hpkeSeal(plaintext, to: publicKey, info: info, authenticating: [])
        }
    }
}
