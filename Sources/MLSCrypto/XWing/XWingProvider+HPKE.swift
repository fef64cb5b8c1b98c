import Crypto
import Foundation
public import MLS

extension XWingProvider {
    private typealias PublicKey = XWingMLKEM768X25519.PublicKey
    private typealias PrivateKey = XWingMLKEM768X25519.PrivateKey

    /// `Nenc` (draft-connolly-cfrg-xwing-kem, IANA considerations), in bytes.
    private static let kemOutputLength = 1_120

    private static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256

    /// Seals to an X-Wing key.
    ///
    /// - Throws: `malformedKey` for a public key that is none.
    public func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> HPKECiphertext {
        var sender = try sender(to: publicKey, info: info)
        do {
            let ciphertext = try sender.seal(plaintext, authenticating: additionalData)
            return HPKECiphertext(kemOutput: Array(sender.encapsulatedKey), ciphertext: Array(ciphertext))
        } catch {
            throw MLS.CryptoError(.internalFailure, "SealBase")
        }
    }

    /// Opens what was sealed to an X-Wing key.
    ///
    /// - Throws: `malformedKey` for a private key or a KEM output of another length, `authenticationFailed`.
    public func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(MLS.CryptoError) -> [UInt8] {
        var recipient = try recipient(ciphertext.kemOutput, with: privateKey, info: info)
        do { return Array(try recipient.open(ciphertext.ciphertext, authenticating: additionalData)) } catch {
            throw MLS.CryptoError(.authenticationFailed, "OpenBase")
        }
    }

    /// A secret that only the holder of an X-Wing key can derive too.
    ///
    /// - Throws: `malformedKey`, `outputTooLong`.
    public func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(MLS.CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        try checkExport(length: length)
        let sender = try sender(to: publicKey, info: info)
        do {
            let secret = try sender.exportSecret(context: exporterContext, outputByteCount: length)
            return (Array(sender.encapsulatedKey), secret.withUnsafeBytes { SecretBytes($0) })
        } catch {
            throw MLS.CryptoError(.internalFailure, "SendExportBase")
        }
    }

    /// The same secret on the other side.
    ///
    /// - Throws: `malformedKey`, `outputTooLong`, `authenticationFailed`.
    public func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(MLS.CryptoError) -> SecretBytes {
        try checkExport(length: length)
        let recipient = try recipient(kemOutput, with: privateKey, info: info)
        do {
            let secret = try recipient.exportSecret(context: exporterContext, outputByteCount: length)
            return secret.withUnsafeBytes { SecretBytes($0) }
        } catch {
            throw MLS.CryptoError(.internalFailure, "ReceiveExportBase")
        }
    }

    /// `DeriveKeyPair` (draft-connolly-cfrg-xwing-kem, "Use in HPKE").
    public func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(MLS.CryptoError) -> HPKEKeyPair {
        let privateKey = HPKEPrivateKey(try SHAKE256.squeeze(inputKeyMaterial, length: 32))
        return HPKEKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    /// By an encapsulation, which refuses what is no key of ML-KEM (FIPS 203 §7.2).
    public func validate(_ publicKey: HPKEPublicKey) throws(MLS.CryptoError) {
        do { _ = try PublicKey(rawRepresentation: publicKey.bytes).encapsulate() } catch {
            throw MLS.CryptoError(.malformedKey, "HPKE public key")
        }
    }

    /// The public half of an X-Wing key, which is derived from the seed of 32 bytes.
    ///
    /// - Throws: `malformedKey` for a seed of another length.
    public func publicKey(of privateKey: HPKEPrivateKey) throws(MLS.CryptoError) -> HPKEPublicKey {
        HPKEPublicKey(Array(try imported(privateKey).publicKey.rawRepresentation))
    }

    private func sender(to publicKey: HPKEPublicKey, info: [UInt8]) throws(MLS.CryptoError) -> HPKE.Sender {
        do {
            let key = try PublicKey(rawRepresentation: publicKey.bytes)
            return try HPKE.Sender(recipientKey: key, ciphersuite: Self.ciphersuite, info: Data(info))
        } catch {
            throw MLS.CryptoError(.malformedKey, "HPKE public key")
        }
    }

    private func recipient(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8]
    ) throws(MLS.CryptoError) -> HPKE.Recipient {
        let key = try imported(privateKey)
        guard kemOutput.count == Self.kemOutputLength else { throw MLS.CryptoError(.malformedKey, "KEM output") }
        do {
            return try HPKE.Recipient(
                privateKey: key, ciphersuite: Self.ciphersuite, info: Data(info), encapsulatedKey: Data(kemOutput))
        } catch {
            throw MLS.CryptoError(.authenticationFailed, "Decap")
        }
    }

    private func imported(_ key: HPKEPrivateKey) throws(MLS.CryptoError) -> PrivateKey {
        try key.prepared.value { () throws(MLS.CryptoError) -> PrivateKey in
            do {
                return try key.secret.withUnsafeBytes { try PrivateKey(seedRepresentation: $0, publicKey: nil) }
            } catch {
                throw MLS.CryptoError(.malformedKey, "HPKE private key")
            }
        }
    }
}
