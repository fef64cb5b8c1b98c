import Crypto
import MLS

/// DHKEM on swift-crypto's curves (RFC 9180 §4.1), for a key schedule of our own: that of the library hashes `info` anew
/// for each recipient, and the encrypted GroupInfo of a Welcome is long. Key agreement, hash and AEAD are the library's.
///
/// All suites have one hash for KEM and KDF, and `Nsecret` is its length (§7.1).
extension SwiftCryptoProvider {
    func keySchedule(info: [UInt8]) -> HPKEKeySchedule {
        HPKEKeySchedule(kem: curve.kemID, hash: hashAlgorithm, aead: aead, info: info)
    }

    /// `Encap`.
    func encapsulate<Key: AgreementKey>(
        to publicKey: HPKEPublicKey, _ type: Key.Type
    ) throws(MLS.CryptoError) -> (sharedSecret: SecretBytes, kemOutput: [UInt8]) {
        let recipientKey = try validated(publicKey, type)
        let ephemeral = Key()
        let agreement = try agreement(ephemeral, with: recipientKey)
        let kemOutput = try serialized(ephemeral.publicKey)
        return (try sharedSecret(agreement, context: kemOutput + publicKey.bytes), kemOutput)
    }

    /// `Decap`.
    func decapsulate<Key: AgreementKey>(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, _ type: Key.Type
    ) throws(MLS.CryptoError) -> SecretBytes {
        let recipientKey = try imported(privateKey, type)
        let agreement = try agreement(recipientKey, with: try validated(HPKEPublicKey(kemOutput), type))
        return try sharedSecret(agreement, context: kemOutput + serialized(recipientKey.publicKey))
    }

    private func agreement<Key: AgreementKey>(
        _ privateKey: Key, with publicKey: Key.PublicKey
    ) throws(MLS.CryptoError) -> SecretBytes {
        do {
            return try privateKey.sharedSecretFromKeyAgreement(with: publicKey).withUnsafeBytes { SecretBytes($0) }
        } catch {
            // Keys of small order were refused before.
            throw MLS.CryptoError(.internalFailure, "DH")
        }
    }

    /// `SerializePublicKey`.
    func serialized(_ publicKey: some HPKEPublicKeySerialization) throws(MLS.CryptoError) -> [UInt8] {
        do { return Array(try publicKey.hpkeRepresentation(kem: curve.kem)) } catch {
            throw MLS.CryptoError(.internalFailure, "SerializePublicKey")
        }
    }

    private func sharedSecret(_ agreement: SecretBytes, context: [UInt8]) throws(MLS.CryptoError) -> SecretBytes {
        try LabeledKDF(kem: curve.kemID, hash: hashAlgorithm)
            .sharedSecret(agreement, context: context, length: hashAlgorithm.length)
    }
}
