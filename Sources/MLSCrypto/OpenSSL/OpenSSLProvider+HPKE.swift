package import MLS

extension OpenSSLProvider {
    package func hpkeSeal(
        _ plaintext: [UInt8], to publicKey: HPKEPublicKey, info: [UInt8], authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> HPKECiphertext {
        let (sharedSecret, kemOutput) = try X448KEM.encapsulate(to: publicKey)
        return HPKECiphertext(
            kemOutput: kemOutput,
            ciphertext: try context(sharedSecret, info: info).seal(plaintext, authenticating: additionalData))
    }

    package func hpkeSealer(info: [UInt8]) -> HPKESealer {
        let schedule = keySchedule(info: info)
        return { (plaintext, publicKey) throws(CryptoError) in
            let (sharedSecret, kemOutput) = try X448KEM.encapsulate(to: publicKey)
            return HPKECiphertext(
                kemOutput: kemOutput,
                ciphertext: try HPKEContext(sharedSecret: sharedSecret, schedule).seal(plaintext, authenticating: []))
        }
    }

    package func hpkeOpen(
        _ ciphertext: HPKECiphertext, with privateKey: HPKEPrivateKey, info: [UInt8],
        authenticating additionalData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let sharedSecret = try X448KEM.decapsulate(ciphertext.kemOutput, with: privateKey)
        let context = context(sharedSecret, info: info)
        do { return try context.open(ciphertext.ciphertext, authenticating: additionalData) } catch {
            // Too short for a tag is no more authentic than a wrong one.
            throw CryptoError(.authenticationFailed, "OpenBase")
        }
    }

    package func hpkeSendExport(
        to publicKey: HPKEPublicKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> (kemOutput: [UInt8], secret: SecretBytes) {
        try checkExport(length: length)
        let (sharedSecret, kemOutput) = try X448KEM.encapsulate(to: publicKey)
        return (kemOutput, try context(sharedSecret, info: info).export(context: exporterContext, length: length))
    }

    package func hpkeReceiveExport(
        _ kemOutput: [UInt8], with privateKey: HPKEPrivateKey, info: [UInt8], exporterContext: [UInt8], length: Int
    ) throws(CryptoError) -> SecretBytes {
        try checkExport(length: length)
        let sharedSecret = try X448KEM.decapsulate(kemOutput, with: privateKey)
        return try context(sharedSecret, info: info).export(context: exporterContext, length: length)
    }

    package func deriveHPKEKeyPair(inputKeyMaterial: SecretBytes) throws(CryptoError) -> HPKEKeyPair {
        try X448KEM.deriveKeyPair(inputKeyMaterial: inputKeyMaterial)
    }

    /// By an agreement: keys of small order are recognised by the zeros that they give (RFC 9180 §7.1.4).
    package func validate(_ publicKey: HPKEPublicKey) throws(CryptoError) {
        _ = try X448.agreement(Self.agreementProbe, with: publicKey.bytes)
    }

    package func publicKey(of privateKey: HPKEPrivateKey) throws(CryptoError) -> HPKEPublicKey {
        HPKEPublicKey(try X448.publicKey(of: privateKey.secret))
    }

    private func context(_ sharedSecret: SecretBytes, info: [UInt8]) -> HPKEContext {
        HPKEContext(sharedSecret: sharedSecret, keySchedule(info: info))
    }

    /// The KDF of both suites is HKDF-SHA512.
    private func keySchedule(info: [UInt8]) -> HPKEKeySchedule {
        HPKEKeySchedule(kem: X448KEM.identifier, hash: .sha512, aead: aead, info: info)
    }

    /// A private key that protects nothing.
    private static let agreementProbe = SecretBytes.random(X448.keyLength)
}
