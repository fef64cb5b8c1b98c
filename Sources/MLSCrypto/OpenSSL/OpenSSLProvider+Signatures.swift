package import MLS

extension OpenSSLProvider {
    package func generateSignatureKeyPair() throws(CryptoError) -> SignatureKeyPair {
        // All strings of 57 bytes are private keys (RFC 8032 §5.2.5).
        let privateKey = SignaturePrivateKey(.random(Ed448.keyLength))
        return SignatureKeyPair(privateKey: privateKey, publicKey: try publicKey(of: privateKey))
    }

    package func sign(_ message: [UInt8], with privateKey: SignaturePrivateKey) throws(CryptoError) -> [UInt8] {
        try Ed448.sign(message, with: privateKey.secret)
    }

    package func verify(signature: [UInt8], for message: [UInt8], by publicKey: SignaturePublicKey) -> Bool {
        Ed448.isValid(signature, for: message, by: publicKey.bytes)
    }

    package func publicKey(of privateKey: SignaturePrivateKey) throws(CryptoError) -> SignaturePublicKey {
        SignaturePublicKey(try Ed448.publicKey(of: privateKey.secret))
    }
}
