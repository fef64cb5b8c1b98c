import COpenSSL
import MLS

/// SHAKE256 (FIPS 202 §6.2), from OpenSSL: swift-crypto has none that others can call.
enum SHAKE256 {
    /// - Parameter length: of the output, in bytes.
    static func squeeze(_ input: SecretBytes, length: Int) throws(CryptoError) -> SecretBytes {
        try withOpenSSL { () throws(CryptoError) in
            guard let context = EVP_MD_CTX_new() else { throw CryptoError(.internalFailure, "EVP_MD_CTX_new") }
            defer { EVP_MD_CTX_free(context) }
            let output = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { buffer in
                defer { OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
                buffer.initialize(repeating: 0)
                let isDone = input.withUnsafeBytes { bytes in
                    EVP_DigestInit_ex(context, EVP_shake256(), nil) == 1
                        && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
                        && EVP_DigestFinalXOF(context, buffer.baseAddress, buffer.count) == 1
                }
                return isDone ? SecretBytes(buffer) : nil
            }
            guard let output else { throw CryptoError(.internalFailure, "SHAKE256") }
            return output
        }
    }
}
