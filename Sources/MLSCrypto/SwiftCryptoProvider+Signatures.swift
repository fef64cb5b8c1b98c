package import MLS

extension SwiftCryptoProvider {
    package func generateSignatureKeyPair() throws(CryptoError) -> SignatureKeyPair {
        let key = curve.signingKey.generate()
        return SignatureKeyPair(
            privateKey: SignaturePrivateKey(SecretBytes(key.rawRepresentation)),
            publicKey: SignaturePublicKey(key.encodedPublicKey))
    }

    /// Ed25519 gives `R ‖ S`; ECDSA is DER-encoded (RFC 9420 §5.1.2).
    package func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(CryptoError) -> [UInt8] {
        let key = try signingKey(privateKey)
        do { return try key.encodedSignature(for: message) } catch { throw CryptoError(.internalFailure, "Sign") }
    }

    package func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool {
        curve.signingKey.isValid(signature, for: message, by: publicKey.bytes)
    }

    package func publicKey(of privateKey: SignaturePrivateKey) throws(CryptoError) -> SignaturePublicKey {
        SignaturePublicKey(try signingKey(privateKey).encodedPublicKey)
    }

    private func signingKey(_ key: SignaturePrivateKey) throws(CryptoError) -> any SigningKey {
        try key.prepared.value { () throws(CryptoError) -> any SigningKey in
            do {
                return try key.secret.withUnsafeBytes { try curve.signingKey.init(rawRepresentation: $0) }
            } catch {
                throw CryptoError(.malformedKey, "signature private key")
            }
        }
    }
}
