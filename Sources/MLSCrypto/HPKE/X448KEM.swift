import MLS

/// DHKEM(X448, HKDF-SHA512) (RFC 9180 §4.1, §7.1).
enum X448KEM {
    /// `kem_id` (§7.1).
    static let identifier: UInt16 = 0x0021
    /// `Nsecret`, in bytes.
    private static let sharedSecretLength = 64

    private static let kdf = LabeledKDF(kem: identifier, hash: .sha512)

    /// `Encap`: a shared secret for the holder of `publicKey`, and what lets that one have it too.
    static func encapsulate(
        to publicKey: HPKEPublicKey
    ) throws(CryptoError) -> (sharedSecret: SecretBytes, kemOutput: [UInt8]) {
        // GenerateKeyPair: all strings of 56 bytes are private keys (§7.1.2).
        let ephemeral = SecretBytes.random(X448.keyLength)
        let (agreement, kemOutput) = try X448.exchange(ephemeral, with: publicKey.bytes)
        let secret = try kdf.sharedSecret(
            agreement, context: kemOutput + publicKey.bytes, length: sharedSecretLength)
        return (secret, kemOutput)
    }

    /// `Decap`.
    static func decapsulate(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey
    ) throws(CryptoError) -> SecretBytes {
        let (agreement, publicKey) = try X448.exchange(privateKey.secret, with: kemOutput)
        return try kdf.sharedSecret(agreement, context: kemOutput + publicKey, length: sharedSecretLength)
    }

    /// `DeriveKeyPair` (§7.1.3).
    static func deriveKeyPair(inputKeyMaterial: SecretBytes) throws(CryptoError) -> HPKEKeyPair {
        let key = kdf.extract(label: "dkp_prk", inputKeyMaterial: inputKeyMaterial)
        let privateKey = try kdf.expand(key, label: "sk", info: [], length: X448.keyLength)
        return HPKEKeyPair(
            privateKey: HPKEPrivateKey(privateKey), publicKey: HPKEPublicKey(try X448.publicKey(of: privateKey)))
    }
}
