extension CipherSuiteProvider {
    /// What encrypts a PrivateMessage's sender data (RFC 9420 §6.3.2).
    ///
    /// - Parameter ciphertext: the message's; its first `KDF.Nh` bytes count.
    package func senderDataKeyAndNonce(
        senderDataSecret: SecretBytes, ciphertext: [UInt8]
    ) throws(CryptoError) -> (key: SecretBytes, nonce: SecretBytes) {
        let sample = Array(ciphertext.prefix(hashLength))
        return (
            try expandWithLabel(senderDataSecret, label: "key", context: sample, length: aeadKeyLength),
            try expandWithLabel(senderDataSecret, label: "nonce", context: sample, length: aeadNonceLength)
        )
    }
}
