import Crypto
import Foundation

/// AES-256-GCM (RFC 5116 §5.2), as all formats use it: nonce, ciphertext and tag in one string.
enum AEAD {
    static let nonceByteCount = 12
    static let tagByteCount = 16
    static let overhead = nonceByteCount + tagByteCount

    /// `nonce ‖ ciphertext ‖ tag` under a fresh random nonce, for keys that seal more than once.
    static func seal(
        _ plaintext: [UInt8], under key: SealingKey, authenticating additionalData: [UInt8], nonce: [UInt8]? = nil
    ) throws(KeyHierarchyError) -> [UInt8] {
        do {
            let nonce = try nonce.map { try AES.GCM.Nonce(data: $0) } ?? AES.GCM.Nonce()
            let box = try AES.GCM.seal(plaintext, using: key.symmetricKey, nonce: nonce, authenticating: additionalData)
            return Array(nonce) + box.ciphertext + box.tag
        } catch {
            throw KeyHierarchyError(.internalFailure, "AES-256-GCM")
        }
    }

    /// `nil` if the bytes are not what was sealed under this key with this additional data.
    static func open(_ sealed: [UInt8], under key: SealingKey, authenticating additionalData: [UInt8]) -> [UInt8]? {
        guard sealed.count >= overhead, let box = try? AES.GCM.SealedBox(combined: sealed),
            let plaintext = try? AES.GCM.open(box, using: key.symmetricKey, authenticating: additionalData)
        else { return nil }
        return Array(plaintext)
    }

    /// `ciphertext ‖ tag` under the zero nonce, for keys that seal exactly once.
    static func sealOnce(
        _ plaintext: [UInt8], under key: SealingKey, authenticating additionalData: [UInt8]
    ) throws(KeyHierarchyError) -> [UInt8] {
        let zero = [UInt8](repeating: 0, count: nonceByteCount)
        return Array(
            try seal(plaintext, under: key, authenticating: additionalData, nonce: zero).dropFirst(nonceByteCount))
    }

    static func openOnce(_ sealed: [UInt8], under key: SealingKey, authenticating additionalData: [UInt8]) -> [UInt8]? {
        open([UInt8](repeating: 0, count: nonceByteCount) + sealed, under: key, authenticating: additionalData)
    }
}
