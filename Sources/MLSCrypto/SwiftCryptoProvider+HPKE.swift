import Crypto
import Foundation
public import MLS

extension SwiftCryptoProvider {
    public func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> HPKECiphertext {
        switch curve {
        case .curve25519:
            try seal(plaintext, to: agreeing(x25519(publicKey)), info: info, authenticating: additionalData)
        case .p256:
            try seal(plaintext, to: p256(publicKey), info: info, authenticating: additionalData)
        }
    }

    public func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        switch curve {
        case .curve25519:
            _ = try agreeing(x25519(HPKEPublicKey(ciphertext.kemOutput)))
            return try open(ciphertext, with: x25519(privateKey), info: info, authenticating: additionalData)
        case .p256:
            return try open(ciphertext, with: p256(privateKey), info: info, authenticating: additionalData)
        }
    }

    public func validate(_ publicKey: HPKEPublicKey) throws(MLS.CryptoError) {
        switch curve {
        case .curve25519: _ = try agreeing(x25519(publicKey))
        case .p256: _ = try p256(publicKey)
        }
    }

    public func publicKey(of privateKey: HPKEPrivateKey) throws(MLS.CryptoError) -> HPKEPublicKey {
        switch curve {
        case .curve25519: HPKEPublicKey(Array(try x25519(privateKey).publicKey.rawRepresentation))
        case .p256: HPKEPublicKey(Array(try p256(privateKey).publicKey.x963Representation))
        }
    }

    /// `DeriveKeyPair` of DHKEM (RFC 9180 §7.1.3).
    public func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(MLS.CryptoError) -> HPKEKeyPair {
        let suiteID: [UInt8] = Array("KEM".utf8) + [0x00, curve == .curve25519 ? 0x20 : 0x10]
        let prefix = Array("HPKE-v1".utf8) + suiteID
        let labeled = SecretBytes(prefix + Array("dkp_prk".utf8) + inputKeyMaterial.bytes)
        let key = extract(salt: SecretBytes([]), inputKeyMaterial: labeled)

        func expand(_ label: String, _ info: [UInt8]) throws(MLS.CryptoError) -> SecretBytes {
            // Nsk is 32 for both curves.
            try self.expand(pseudoRandomKey: key, info: [0, 32] + prefix + Array(label.utf8) + info, length: 32)
        }

        switch curve {
        case .curve25519:
            return try keyPair(HPKEPrivateKey(try expand("sk", [])))
        case .p256:
            for counter in UInt8.min...UInt8.max {
                let candidate = HPKEPrivateKey(try expand("candidate", [counter]))
                // The raw representation is refused exactly if it is zero or not below the order.
                if (try? p256(candidate)) != nil { return try keyPair(candidate) }
            }
            throw MLS.CryptoError(.internalFailure, "DeriveKeyPair")
        }
    }

    private func keyPair(_ privateKey: HPKEPrivateKey) throws(MLS.CryptoError) -> HPKEKeyPair {
        HPKEKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    var hpkeCiphersuite: HPKE.Ciphersuite {
        HPKE.Ciphersuite(
            kem: curve == .curve25519 ? .Curve25519_HKDF_SHA256 : .P256_HKDF_SHA256,
            kdf: .HKDF_SHA256,
            aead: aead == .aes128GCM ? .AES_GCM_128 : .chaChaPoly)
    }

    private func seal(
        _ plaintext: [UInt8], to publicKey: some HPKEDiffieHellmanPublicKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> HPKECiphertext {
        do {
            var sender = try HPKE.Sender(recipientKey: publicKey, ciphersuite: hpkeCiphersuite, info: Data(info))
            let ciphertext = try sender.seal(plaintext, authenticating: additionalData)
            return HPKECiphertext(kemOutput: Array(sender.encapsulatedKey), ciphertext: Array(ciphertext))
        } catch {
            throw MLS.CryptoError(.internalFailure, "SealBase")
        }
    }

    private func open(
        _ ciphertext: HPKECiphertext, with privateKey: some HPKEDiffieHellmanPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        do {
            var recipient = try HPKE.Recipient(
                privateKey: privateKey, ciphersuite: hpkeCiphersuite, info: Data(info),
                encapsulatedKey: Data(ciphertext.kemOutput))
            return Array(try recipient.open(ciphertext.ciphertext, authenticating: additionalData))
        } catch {
            throw MLS.CryptoError(.authenticationFailed, "OpenBase")
        }
    }

    /// The same key, if it is not one of the few of small order: with those, every private key agrees on zeros, which
    /// RFC 9180 §7.1.4 refuses.
    func agreeing(
        _ key: Curve25519.KeyAgreement.PublicKey
    ) throws(MLS.CryptoError) -> Curve25519.KeyAgreement.PublicKey {
        // The library may refuse zeros by itself.
        guard let shared = try? Self.agreementProbe.sharedSecretFromKeyAgreement(with: key),
            shared.withUnsafeBytes({ $0.contains { $0 != 0 } })
        else { throw MLS.CryptoError(.malformedKey, "HPKE public key of small order") }
        return key
    }

    /// A private key that protects nothing.
    private static let agreementProbe = Curve25519.KeyAgreement.PrivateKey()

    func x25519(_ key: HPKEPublicKey) throws(MLS.CryptoError) -> Curve25519.KeyAgreement.PublicKey {
        do { return try .init(rawRepresentation: key.bytes) } catch {
            throw MLS.CryptoError(.malformedKey, "HPKE public key")
        }
    }

    func p256(_ key: HPKEPublicKey) throws(MLS.CryptoError) -> P256.KeyAgreement.PublicKey {
        do { return try .init(x963Representation: key.bytes) } catch {
            throw MLS.CryptoError(.malformedKey, "HPKE public key")
        }
    }

    func x25519(_ key: HPKEPrivateKey) throws(MLS.CryptoError) -> Curve25519.KeyAgreement.PrivateKey {
        do { return try key.secret.withUnsafeBytes { try .init(rawRepresentation: $0) } } catch {
            throw MLS.CryptoError(.malformedKey, "HPKE private key")
        }
    }

    func p256(_ key: HPKEPrivateKey) throws(MLS.CryptoError) -> P256.KeyAgreement.PrivateKey {
        do { return try key.secret.withUnsafeBytes { try .init(rawRepresentation: $0) } } catch {
            throw MLS.CryptoError(.malformedKey, "HPKE private key")
        }
    }
}
