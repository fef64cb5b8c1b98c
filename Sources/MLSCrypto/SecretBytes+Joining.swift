import COpenSSL
import MLS

extension SecretBytes {
    /// What is in the open, followed by what is secret; the memory in between is wiped.
    static func joining(_ prefix: [UInt8], _ secret: SecretBytes) -> SecretBytes {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: prefix.count + secret.count) { buffer in
            let end = buffer.initialize(fromContentsOf: prefix)
            secret.withUnsafeBytes { _ = buffer[end...].initialize(fromContentsOf: $0) }
            defer { OPENSSL_cleanse(buffer.baseAddress, buffer.count) }
            return SecretBytes(buffer)
        }
    }
}
