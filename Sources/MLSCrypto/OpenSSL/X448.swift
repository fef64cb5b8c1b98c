import COpenSSL
package import MLS

/// X448 (RFC 7748 §5).
package enum X448 {
    /// Of private keys, public keys and what they agree on, in bytes.
    package static let keyLength = 56

    /// - Throws: `malformedKey` for any other length.
    package static func publicKey(of privateKey: SecretBytes) throws(CryptoError) -> [UInt8] {
        try withOpenSSL { () throws(CryptoError) in try OpenSSLKey(privateKey: privateKey, .x448).publicKey }
    }

    /// What the holders of both keys agree on.
    ///
    /// - Throws: `malformedKey` for another length, and for a public key of small order: with those every private key
    ///   agrees on zeros (RFC 7748 §6.2), which RFC 9180 §7.1.4 refuses.
    package static func agreement(
        _ privateKey: SecretBytes, with publicKey: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        try exchange(privateKey, with: publicKey).agreement
    }

    /// The agreement, and the public key of the private one, which OpenSSL has found out by then.
    static func exchange(
        _ privateKey: SecretBytes, with publicKey: [UInt8]
    ) throws(CryptoError) -> (agreement: SecretBytes, ownPublicKey: [UInt8]) {
        try withOpenSSL { () throws(CryptoError) in
            let own = try OpenSSLKey(privateKey: privateKey, .x448)
            let peer = try OpenSSLKey(publicKey: publicKey, .x448)
            guard let context = EVP_PKEY_CTX_new(own.pointer, nil) else {
                throw CryptoError(.internalFailure, "EVP_PKEY_CTX_new")
            }
            defer { EVP_PKEY_CTX_free(context) }
            guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, peer.pointer) == 1 else {
                throw CryptoError(.internalFailure, "EVP_PKEY_derive_init")
            }
            let shared = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: keyLength) { buffer in
                defer { OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
                buffer.initialize(repeating: 0)
                var length = buffer.count
                let status = EVP_PKEY_derive(context, buffer.baseAddress, &length)
                // OpenSSL refuses zeros by itself; that is not documented, so it is not relied on.
                guard status == 1, length == buffer.count, buffer.reduce(0, |) != 0 else { return nil as SecretBytes? }
                return SecretBytes(buffer)
            }
            guard let shared else { throw CryptoError(.malformedKey, "X448 public key of small order") }
            return (shared, try own.publicKey)
        }
    }
}
