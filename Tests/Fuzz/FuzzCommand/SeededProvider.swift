import MLS
import MLSCrypto
import Synchronization

/// A real cipher suite whose random numbers are the same in every run, but for what HPKE draws by itself.
final class SeededProvider: CipherSuiteProvider {
    private let base: SwiftCryptoProvider
    private let state = Mutex<UInt64>(1)

    init(_ base: SwiftCryptoProvider) { self.base = base }

    /// Makes `random` begin again.
    func reset(to seed: UInt64) { state.withLock { $0 = seed } }

    func random(_ count: Int) -> SecretBytes {
        let word = state.withLock { state in
            state &+= 1
            return state
        }
        let blocks = (0...UInt64(max(0, count) / 32)).flatMap { base.hash(word.bytes + $0.bytes) }
        return SecretBytes(blocks.prefix(max(0, count)))
    }

    func generateSignatureKeyPair() throws(CryptoError) -> SignatureKeyPair {
        let privateKey = SignaturePrivateKey(random(32))
        return SignatureKeyPair(privateKey: privateKey, publicKey: try base.publicKey(of: privateKey))
    }

    var cipherSuite: CipherSuite { base.cipherSuite }
    var hashLength: Int { base.hashLength }
    var aeadKeyLength: Int { base.aeadKeyLength }
    var aeadNonceLength: Int { base.aeadNonceLength }
    func hash(_ data: [UInt8]) -> [UInt8] { base.hash(data) }
    func mac(key: SecretBytes, data: [UInt8]) -> [UInt8] { base.mac(key: key, data: data) }

    func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        base.extract(salt: salt, inputKeyMaterial: inputKeyMaterial)
    }

    func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(CryptoError) -> SecretBytes {
        try base.expand(pseudoRandomKey: pseudoRandomKey, info: info, length: length)
    }

    func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try base.seal(plaintext, key: key, nonce: nonce, authenticating: additionalData)
    }

    func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try base.open(ciphertext, key: key, nonce: nonce, authenticating: additionalData)
    }

    func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> HPKECiphertext {
        try base.hpkeSeal(plaintext, to: publicKey, info: info, authenticating: additionalData)
    }

    func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try base.hpkeOpen(ciphertext, with: privateKey, info: info, authenticating: additionalData)
    }

    func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        try base.hpkeSendExport(to: publicKey, info: info, exporterContext: exporterContext, length: length)
    }

    func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes {
        try base.hpkeReceiveExport(
            kemOutput, with: privateKey, info: info, exporterContext: exporterContext, length: length)
    }

    func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(CryptoError) -> HPKEKeyPair {
        try base.deriveHPKEKeyPair(inputKeyMaterial: inputKeyMaterial)
    }

    func validate(_ publicKey: HPKEPublicKey) throws(CryptoError) { try base.validate(publicKey) }
    func publicKey(of privateKey: HPKEPrivateKey) throws(CryptoError) -> HPKEPublicKey {
        try base.publicKey(of: privateKey)
    }

    func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(CryptoError) -> [UInt8] {
        try base.sign(message, with: privateKey)
    }

    func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool {
        base.verify(signature: signature, for: message, by: publicKey)
    }

    func publicKey(of privateKey: SignaturePrivateKey) throws(CryptoError) -> SignaturePublicKey {
        try base.publicKey(of: privateKey)
    }
}
