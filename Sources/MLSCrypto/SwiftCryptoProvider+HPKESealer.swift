import Crypto
import Foundation
public import MLS

extension SwiftCryptoProvider {
    /// swift-crypto's HPKE hashes `info` anew for each recipient: the encrypted GroupInfo of a Welcome, which is long, once
    /// for each new member. So the key schedule is our own here; key agreement, HKDF and AEAD are the library's.
    public func hpkeSealer(info: [UInt8]) -> HPKESealer {
        let schedule = HPKEKeySchedule(kem: curve.kemID, hash: hashAlgorithm, aead: aead, info: info)
        return { (plaintext, publicKey) throws(MLS.CryptoError) in
            let (sharedSecret, kemOutput) = try encapsulate(to: publicKey, curve.agreementKey)
            return HPKECiphertext(
                kemOutput: kemOutput,
                ciphertext: try HPKEContext(sharedSecret: sharedSecret, schedule).seal(plaintext, authenticating: []))
        }
    }

    /// `Encap` of DHKEM (RFC 9180 §4.1). All suites have one hash for KEM and KDF, and `Nsecret` is its length.
    private func encapsulate<Key: AgreementKey>(
        to publicKey: HPKEPublicKey, _ type: Key.Type
    ) throws(MLS.CryptoError) -> (sharedSecret: SecretBytes, kemOutput: [UInt8]) {
        let recipientKey = try validated(publicKey, type)
        let ephemeral = Key()
        let agreement: SecretBytes
        let kemOutput: [UInt8]
        do {
            agreement = try ephemeral.sharedSecretFromKeyAgreement(with: recipientKey).withUnsafeBytes {
                SecretBytes($0)
            }
            kemOutput = Array(try ephemeral.publicKey.hpkeRepresentation(kem: curve.kem))
        } catch {
            throw MLS.CryptoError(.internalFailure, "Encap")
        }
        let kdf = LabeledKDF(kem: curve.kemID, hash: hashAlgorithm)
        let secret = try kdf.sharedSecret(
            agreement, context: kemOutput + publicKey.bytes, length: hashAlgorithm.length)
        return (secret, kemOutput)
    }
}
