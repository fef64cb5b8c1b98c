import MLSCodec

/// struct { opaque label<V>; opaque content<V>; } SignContent (RFC 9420 §5.1.2), and in the same form EncryptContext (§5.1.3).
private func labeledContent(_ label: String, _ content: [UInt8]) -> [UInt8] {
    var writer = MLSWriter(reservingCapacity: content.count + 64)
    writer.write(opaque: Array("MLS 1.0 \(label)".utf8))
    writer.write(opaque: content)
    return writer.bytes
}

extension CipherSuiteProvider {
    /// `SignWithLabel` (RFC 9420 §5.1.2).
    package func signWithLabel(
        _ key: SignaturePrivateKey, label: String, content: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try sign(labeledContent(label, content), with: key)
    }

    /// `VerifyWithLabel` (RFC 9420 §5.1.2).
    package func verifyWithLabel(
        _ key: SignaturePublicKey, label: String, content: [UInt8], signature: [UInt8]
    ) -> Bool {
        verify(signature: signature, for: labeledContent(label, content), by: key)
    }

    /// `EncryptWithLabel` (RFC 9420 §5.1.3).
    package func encryptWithLabel(
        _ key: HPKEPublicKey, label: String, context: [UInt8], plaintext: [UInt8]
    ) throws(CryptoError) -> HPKECiphertext {
        try hpkeSeal(plaintext, to: key, info: labeledContent(label, context), authenticating: [])
    }

    /// `EncryptWithLabel` (RFC 9420 §5.1.3) of many plaintexts in one context.
    package func encryptorWithLabel(_ label: String, context: [UInt8]) -> HPKESealer {
        hpkeSealer(info: labeledContent(label, context))
    }

    /// `DecryptWithLabel` (RFC 9420 §5.1.3).
    package func decryptWithLabel(
        _ key: HPKEPrivateKey, label: String, context: [UInt8], ciphertext: HPKECiphertext
    ) throws(CryptoError) -> [UInt8] {
        try hpkeOpen(ciphertext, with: key, info: labeledContent(label, context), authenticating: [])
    }
}
