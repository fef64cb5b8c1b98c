import COpenSSL
import MLS

/// An `EVP_PKEY` that is freed with its holder. It belongs to one call: nothing of it is shared between threads.
struct OpenSSLKey: ~Copyable {
    /// What OpenSSL has and swift-crypto lacks. All keys are strings of one length (RFC 7748 §5, RFC 8032 §5.2).
    enum Algorithm {
        case x448
        case ed448

        var identifier: Int32 {
            switch self {
            case .x448: EVP_PKEY_X448
            case .ed448: EVP_PKEY_ED448
            }
        }

        /// Of private and public keys alike, in bytes.
        var keyLength: Int {
            switch self {
            case .x448: X448.keyLength
            case .ed448: Ed448.keyLength
            }
        }
    }

    let pointer: OpaquePointer
    private let algorithm: Algorithm

    init(privateKey: SecretBytes, _ algorithm: Algorithm) throws(CryptoError) {
        guard privateKey.count == algorithm.keyLength else { throw CryptoError(.malformedKey, "private key") }
        let key = privateKey.withUnsafeBytes { bytes in
            EVP_PKEY_new_raw_private_key(
                algorithm.identifier, nil, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
        guard let key else { throw CryptoError(.malformedKey, "private key") }
        pointer = key
        self.algorithm = algorithm
    }

    init(publicKey: [UInt8], _ algorithm: Algorithm) throws(CryptoError) {
        guard publicKey.count == algorithm.keyLength,
            let key = EVP_PKEY_new_raw_public_key(algorithm.identifier, nil, publicKey, publicKey.count)
        else { throw CryptoError(.malformedKey, "public key") }
        pointer = key
        self.algorithm = algorithm
    }

    deinit { EVP_PKEY_free(pointer) }

    /// The public half, as RFC 7748 and RFC 8032 encode it.
    var publicKey: [UInt8] {
        get throws(CryptoError) {
            var bytes = [UInt8](repeating: 0, count: algorithm.keyLength)
            var length = bytes.count
            guard EVP_PKEY_get_raw_public_key(pointer, &bytes, &length) == 1, length == bytes.count else {
                throw CryptoError(.internalFailure, "EVP_PKEY_get_raw_public_key")
            }
            return bytes
        }
    }
}

/// Runs calls into OpenSSL, and takes away what they leave on the thread's queue of errors: whoever uses OpenSSL next on
/// this thread would take it for their own.
func withOpenSSL<Result>(_ body: () throws(CryptoError) -> Result) throws(CryptoError) -> Result {
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    return try body()
}
