import Crypto
import Foundation
import MLS

/// The AEADs of the suites. All have a nonce of 12 bytes and a tag of 16, which stands behind the ciphertext.
enum AuthenticatedCipher: Sendable {
    case aes128GCM
    case aes256GCM
    case chaChaPoly

    var keyLength: Int {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM, .chaChaPoly: 32
        }
    }

    var nonceLength: Int { 12 }
    private var tagLength: Int { 16 }

    func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        try check(key: key, nonce: nonce)
        do {
            switch self {
            case .aes128GCM, .aes256GCM:
                let box = try AES.GCM.seal(
                    plaintext, using: SymmetricKey(key), nonce: AES.GCM.Nonce(data: nonce.bytes),
                    authenticating: additionalData)
                return joined(box.ciphertext, box.tag)
            case .chaChaPoly:
                let box = try ChaChaPoly.seal(
                    plaintext, using: SymmetricKey(key), nonce: ChaChaPoly.Nonce(data: nonce.bytes),
                    authenticating: additionalData)
                return joined(box.ciphertext, box.tag)
            }
        } catch {
            throw MLS.CryptoError(.internalFailure, "AEAD.Seal")
        }
    }

    func open(
        _ ciphertext: [UInt8], key: SecretBytes, nonce: SecretBytes, authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        try check(key: key, nonce: nonce)
        guard ciphertext.count >= tagLength else { throw MLS.CryptoError(.malformedInput, "AEAD ciphertext") }
        let content = ciphertext.dropLast(tagLength)
        let tag = ciphertext.suffix(tagLength)
        do {
            switch self {
            case .aes128GCM, .aes256GCM:
                let box = try AES.GCM.SealedBox(
                    nonce: AES.GCM.Nonce(data: nonce.bytes), ciphertext: content, tag: tag)
                return Array(try AES.GCM.open(box, using: SymmetricKey(key), authenticating: additionalData))
            case .chaChaPoly:
                let box = try ChaChaPoly.SealedBox(
                    nonce: ChaChaPoly.Nonce(data: nonce.bytes), ciphertext: content, tag: tag)
                return Array(try ChaChaPoly.open(box, using: SymmetricKey(key), authenticating: additionalData))
            }
        } catch {
            throw MLS.CryptoError(.authenticationFailed, "AEAD.Open")
        }
    }

    private func joined(_ ciphertext: Data, _ tag: Data) -> [UInt8] {
        var joined: [UInt8] = []
        joined.reserveCapacity(ciphertext.count + tag.count)
        joined.append(contentsOf: ciphertext)
        joined.append(contentsOf: tag)
        return joined
    }

    private func check(key: SecretBytes, nonce: SecretBytes) throws(MLS.CryptoError) {
        guard key.count == keyLength else { throw MLS.CryptoError(.malformedKey, "AEAD key") }
        guard nonce.count == nonceLength else { throw MLS.CryptoError(.malformedInput, "AEAD nonce") }
    }
}
