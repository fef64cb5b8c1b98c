import MLS
import Synchronization

/// A cipher suite without strength: all that an attacker cannot know is public, so that a fuzzer gets past every check of a
/// signature, tag or hash, to the rules behind them.
///
/// - A signature is one fixed byte, and a MAC four of them: whoever sends, they are right.
/// - An AEAD or HPKE ciphertext is the plaintext and a fixed byte: the fuzzer changes what is encrypted like what is not.
/// - Of a hash's eight bytes one depends on the input: one try in 256 meets a parent hash.
/// - Secrets and keys have eight bytes and differ, so that a tree has no key twice by accident.
final class WeakProvider: CipherSuiteProvider {
    let cipherSuite = CipherSuite.mls128DHKEMX25519AES128GCMSHA256Ed25519
    let hashLength = 8
    let aeadKeyLength = 4
    let aeadNonceLength = 4

    static let signature: [UInt8] = [0x51]
    static let tag: UInt8 = 0x7a
    private let state = Mutex<UInt64>(1)

    /// Makes `random` begin again: the same input always does the same.
    func reset(to seed: UInt64) { state.withLock { $0 = seed } }

    private func mix(_ parts: [UInt8]...) -> [UInt8] {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in parts {
            for byte in part { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
            value = (value ^ 0x1ff) &* 0x100_0000_01b3
        }
        value ^= value >> 29
        return (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    func hash(_ data: [UInt8]) -> [UInt8] { [UInt8](repeating: 0xa5, count: 7) + [mix(data)[0]] }
    func mac(key: SecretBytes, data: [UInt8]) -> [UInt8] { [0xc3, 0xc3, 0xc3, 0xc3] }

    func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        SecretBytes(mix(salt.bytes, inputKeyMaterial.bytes))
    }

    func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(CryptoError) -> SecretBytes {
        guard length >= 0, length <= 255 * hashLength else { throw CryptoError(.outputTooLong) }
        let block = mix(pseudoRandomKey.bytes, info)
        return SecretBytes((0..<length).map { block[$0 % 8] })
    }

    func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] { plaintext + [Self.tag] }

    func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard ciphertext.last == Self.tag else { throw CryptoError(.authenticationFailed) }
        return Array(ciphertext.dropLast())
    }

    func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> HPKECiphertext {
        try validate(publicKey)
        return HPKECiphertext(kemOutput: [1], ciphertext: plaintext + [Self.tag])
    }

    func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard ciphertext.kemOutput == [1], ciphertext.ciphertext.last == Self.tag else {
            throw CryptoError(.authenticationFailed)
        }
        return Array(ciphertext.ciphertext.dropLast())
    }

    func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        try validate(publicKey)
        return ([1], try expand(pseudoRandomKey: SecretBytes(publicKey.bytes), info: [1], length: length))
    }

    func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes {
        let publicKey = try publicKey(of: privateKey)
        return try expand(pseudoRandomKey: SecretBytes(publicKey.bytes), info: kemOutput, length: length)
    }

    func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(CryptoError) -> HPKEKeyPair {
        let privateKey = HPKEPrivateKey(SecretBytes(mix(inputKeyMaterial.bytes, [9])))
        return HPKEKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    func validate(_ publicKey: HPKEPublicKey) throws(CryptoError) {
        guard publicKey.bytes.count == 9, publicKey.bytes[0] == 4 else { throw CryptoError(.malformedKey) }
    }

    func publicKey(of privateKey: HPKEPrivateKey) throws(CryptoError) -> HPKEPublicKey {
        guard privateKey.secret.count == 8 else { throw CryptoError(.malformedKey) }
        return HPKEPublicKey([4] + privateKey.secret.bytes.reversed())
    }

    func generateSignatureKeyPair() throws(CryptoError) -> SignatureKeyPair {
        let privateKey = SignaturePrivateKey(random(8))
        return SignatureKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(CryptoError) -> [UInt8] {
        Self.signature
    }

    func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool {
        signature == Self.signature
    }

    func publicKey(of privateKey: SignaturePrivateKey) throws(CryptoError) -> SignaturePublicKey {
        SignaturePublicKey([7] + privateKey.secret.bytes)
    }

    func random(_ count: Int) -> SecretBytes {
        let word = state.withLock { state in
            state &+= 1
            return state
        }
        let block = mix(word.bytes)
        return SecretBytes((0..<max(0, count)).map { block[$0 % 8] })
    }
}

extension UInt64 {
    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) } }
}
