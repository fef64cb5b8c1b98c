extension CipherSuiteProvider {
    /// A fresh key pair of the suite's KEM.
    func generateHPKEKeyPair() throws(CryptoError) -> HPKEKeyPair {
        try deriveHPKEKeyPair(inputKeyMaterial: random(hashLength))
    }
}
