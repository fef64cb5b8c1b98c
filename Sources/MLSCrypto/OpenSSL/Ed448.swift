import COpenSSL
package import MLS

/// Ed448 (RFC 8032 §5.2), with an empty context, as TLS and MLS use it.
package enum Ed448 {
    /// Of private and public keys, in bytes.
    package static let keyLength = 57
    /// In bytes.
    package static let signatureLength = 114

    /// - Throws: `malformedKey` for any other length.
    package static func publicKey(of privateKey: SecretBytes) throws(CryptoError) -> [UInt8] {
        try withOpenSSL { () throws(CryptoError) in try OpenSSLKey(privateKey: privateKey, .ed448).publicKey }
    }

    /// - Throws: `malformedKey` for a private key of another length.
    package static func sign(_ message: [UInt8], with privateKey: SecretBytes) throws(CryptoError) -> [UInt8] {
        try withOpenSSL { () throws(CryptoError) in
            let key = try OpenSSLKey(privateKey: privateKey, .ed448)
            let digest = try DigestContext()
            var signature = [UInt8](repeating: 0, count: signatureLength)
            var length = signature.count
            guard EVP_DigestSignInit(digest.pointer, nil, nil, nil, key.pointer) == 1,
                EVP_DigestSign(digest.pointer, &signature, &length, message, message.count) == 1,
                length == signature.count
            else { throw CryptoError(.internalFailure, "EVP_DigestSign") }
            return signature
        }
    }

    /// Whether `signature` is the key's for `message`. Malformed keys and signatures have none; nor has an `S` that is not
    /// below the group's order (RFC 8032 §5.2.7), which would make a second signature of any.
    package static func isValid(_ signature: [UInt8], for message: [UInt8], by publicKey: [UInt8]) -> Bool {
        let isValid = try? withOpenSSL { () throws(CryptoError) in
            let key = try OpenSSLKey(publicKey: publicKey, .ed448)
            let digest = try DigestContext()
            return EVP_DigestVerifyInit(digest.pointer, nil, nil, nil, key.pointer) == 1
                && EVP_DigestVerify(digest.pointer, signature, signature.count, message, message.count) == 1
        }
        return isValid ?? false
    }
}

/// An `EVP_MD_CTX` that is freed with its holder.
private struct DigestContext: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptoError) {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError(.internalFailure, "EVP_MD_CTX_new") }
        pointer = context
    }

    deinit { EVP_MD_CTX_free(pointer) }
}
