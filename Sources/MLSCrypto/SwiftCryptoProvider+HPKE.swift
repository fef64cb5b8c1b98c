import Crypto
import Foundation
package import MLS

extension SwiftCryptoProvider {
    package func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> HPKECiphertext {
        let (sharedSecret, kemOutput) = try encapsulate(to: publicKey, curve.agreementKey)
        let context = HPKEContext(sharedSecret: sharedSecret, keySchedule(info: info))
        return HPKECiphertext(
            kemOutput: kemOutput, ciphertext: try context.seal(plaintext, authenticating: additionalData))
    }

    package func hpkeSealer(info: [UInt8]) -> HPKESealer {
        let schedule = keySchedule(info: info)
        return { (plaintext, publicKey) throws(MLS.CryptoError) in
            let (sharedSecret, kemOutput) = try encapsulate(to: publicKey, curve.agreementKey)
            let context = HPKEContext(sharedSecret: sharedSecret, schedule)
            return HPKECiphertext(kemOutput: kemOutput, ciphertext: try context.seal(plaintext, authenticating: []))
        }
    }

    package func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        let sharedSecret = try decapsulate(ciphertext.kemOutput, with: privateKey, curve.agreementKey)
        let context = HPKEContext(sharedSecret: sharedSecret, keySchedule(info: info))
        do { return try context.open(ciphertext.ciphertext, authenticating: additionalData) } catch {
            // Too short for a tag is no more authentic than a wrong one.
            throw MLS.CryptoError(.authenticationFailed, "OpenBase")
        }
    }

    package func validate(_ publicKey: HPKEPublicKey) throws(MLS.CryptoError) {
        _ = try validated(publicKey, curve.agreementKey)
    }

    package func publicKey(of privateKey: HPKEPrivateKey) throws(MLS.CryptoError) -> HPKEPublicKey {
        try publicKey(of: privateKey, curve.agreementKey)
    }

    /// `DeriveKeyPair` of DHKEM (RFC 9180 §7.1.3).
    package func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(MLS.CryptoError) -> HPKEKeyPair {
        let kdf = LabeledKDF(kem: curve.kemID, hash: hashAlgorithm)
        let key = kdf.extract(label: "dkp_prk", inputKeyMaterial: inputKeyMaterial)
        guard let mask = curve.candidateMask else {
            let secret = try kdf.expand(key, label: "sk", info: [], length: curve.privateKeyLength)
            return try keyPair(HPKEPrivateKey(secret))
        }
        for counter in UInt8.min...UInt8.max {
            let bytes = try kdf.expand(key, label: "candidate", info: [counter], length: curve.privateKeyLength)
            // The raw representation is refused exactly if it is zero or not below the order.
            if let pair = try? keyPair(HPKEPrivateKey(bytes.masked(mask))) { return pair }
        }
        throw MLS.CryptoError(.internalFailure, "DeriveKeyPair")
    }

    private func keyPair(_ privateKey: HPKEPrivateKey) throws(MLS.CryptoError) -> HPKEKeyPair {
        HPKEKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    var hpkeCiphersuite: HPKE.Ciphersuite {
        HPKE.Ciphersuite(kem: curve.kem, kdf: hashAlgorithm.hpke, aead: aead.hpke)
    }

    // The functions below are generic: the curve's type is known only when they run.

    private func publicKey<Key: AgreementKey>(
        of privateKey: HPKEPrivateKey, _ type: Key.Type
    ) throws(MLS.CryptoError) -> HPKEPublicKey {
        HPKEPublicKey(try serialized(try imported(privateKey, type).publicKey))
    }

    func imported<Key: AgreementKey>(_ key: HPKEPrivateKey, _ type: Key.Type) throws(MLS.CryptoError) -> Key {
        try key.prepared.value { () throws(MLS.CryptoError) -> Key in
            do { return try key.secret.withUnsafeBytes { try Key(rawRepresentation: $0) } } catch {
                throw MLS.CryptoError(.malformedKey, "HPKE private key")
            }
        }
    }

    /// The key, if it is a point on the curve (RFC 9180 §7.1.4), and for X25519 none of the few of small order: with
    /// those, every private key agrees on zeros, which the same section refuses.
    func validated<Key: AgreementKey>(
        _ publicKey: HPKEPublicKey, _ type: Key.Type
    ) throws(MLS.CryptoError) -> Key.PublicKey {
        let key: Key.PublicKey
        do { key = try Key.PublicKey(publicKey.bytes, kem: curve.kem) } catch {
            throw MLS.CryptoError(.malformedKey, "HPKE public key")
        }
        guard curve != .curve25519 || !X25519Points.isOfSmallOrder(publicKey.bytes) else {
            throw MLS.CryptoError(.malformedKey, "HPKE public key of small order")
        }
        return key
    }
}

extension HashAlgorithm {
    fileprivate var hpke: HPKE.KDF {
        switch self {
        case .sha256: .HKDF_SHA256
        case .sha384: .HKDF_SHA384
        case .sha512: .HKDF_SHA512
        }
    }
}

extension AuthenticatedCipher {
    fileprivate var hpke: HPKE.AEAD {
        switch self {
        case .aes128GCM: .AES_GCM_128
        case .aes256GCM: .AES_GCM_256
        case .chaChaPoly: .chaChaPoly
        }
    }
}

extension SecretBytes {
    /// With only those bits of the first byte that `mask` has.
    fileprivate func masked(_ mask: UInt8) -> SecretBytes {
        guard mask != 0xff, let first = withUnsafeBytes({ $0.first }) else { return self }
        return .joining([first & mask], withUnsafeBytes { SecretBytes($0.dropFirst()) })
    }
}
