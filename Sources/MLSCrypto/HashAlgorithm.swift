import COpenSSL
import Crypto
import Foundation
import MLS

/// The hash functions of the suites, with HMAC and HKDF over them.
enum HashAlgorithm: Sendable {
    case sha256
    case sha384
    case sha512

    /// In bytes.
    var length: Int {
        switch self {
        case .sha256: SHA256.byteCount
        case .sha384: SHA384.byteCount
        case .sha512: SHA512.byteCount
        }
    }

    func hash(_ data: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: data))
        case .sha384: Array(SHA384.hash(data: data))
        case .sha512: Array(SHA512.hash(data: data))
        }
    }

    func mac(key: SecretBytes, data: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(Self.mac(SHA256.self, key, data))
        case .sha384: Array(Self.mac(SHA384.self, key, data))
        case .sha512: Array(Self.mac(SHA512.self, key, data))
        }
    }

    /// HKDF-Extract (RFC 5869).
    func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        switch self {
        case .sha256: Self.extract(SHA256.self, salt, inputKeyMaterial)
        case .sha384: Self.extract(SHA384.self, salt, inputKeyMaterial)
        case .sha512: Self.extract(SHA512.self, salt, inputKeyMaterial)
        }
    }

    /// HKDF-Expand (RFC 5869).
    func expand(pseudoRandomKey: SecretBytes, info: [UInt8], length: Int) throws(MLS.CryptoError) -> SecretBytes {
        guard length >= 0, length <= 255 * self.length else { throw MLS.CryptoError(.outputTooLong, "HKDF-Expand") }
        guard length > 0 else { return SecretBytes([]) }
        return switch self {
        case .sha256: Self.expand(SHA256.self, pseudoRandomKey, info, length)
        case .sha384: Self.expand(SHA384.self, pseudoRandomKey, info, length)
        case .sha512: Self.expand(SHA512.self, pseudoRandomKey, info, length)
        }
    }

    // One generic function for each, called with a type that is known, so that the compiler makes three of it.

    private static func extract<Hash: HashFunction>(
        _ hash: Hash.Type, _ salt: SecretBytes, _ inputKeyMaterial: SecretBytes
    ) -> SecretBytes {
        inputKeyMaterial.withUnsafeBytes { input in
            mac(hash, salt) { $0.update(bufferPointer: input) }.withUnsafeBytes { SecretBytes($0) }
        }
    }

    private static func expand<Hash: HashFunction>(
        _ hash: Hash.Type, _ pseudoRandomKey: SecretBytes, _ info: [UInt8], _ length: Int
    ) -> SecretBytes {
        guard length <= Hash.Digest.byteCount else {
            let output = HKDF<Hash>.expand(
                pseudoRandomKey: SymmetricKey(pseudoRandomKey), info: info, outputByteCount: length)
            return output.withUnsafeBytes { SecretBytes($0) }
        }
        // Of one block there is nearly always: T(1) = HMAC-Hash(PRK, info | 0x01).
        return mac(hash, pseudoRandomKey, info + [1]).withUnsafeBytes {
            SecretBytes(UnsafeRawBufferPointer(rebasing: $0.prefix(length)))
        }
    }

    private static func mac<Hash: HashFunction>(_ hash: Hash.Type, _ key: SecretBytes, _ data: [UInt8]) -> Hash.Digest {
        mac(hash, key) { state in data.withUnsafeBytes { state.update(bufferPointer: $0) } }
    }

    /// HMAC (RFC 2104) on the library's hash, which takes a third of the time of the library's own: a commit derives dozens
    /// of secrets.
    private static func mac<Hash: HashFunction>(
        _ hash: Hash.Type, _ key: SecretBytes, _ update: (inout Hash) -> Void
    ) -> Hash.Digest {
        guard key.count <= Hash.blockByteCount else {
            return mac(hash, key.withUnsafeBytes { SecretBytes(hashing: $0, hash) }, update)
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Hash.blockByteCount) { block in
            block.initialize(repeating: 0x36)
            key.withUnsafeBytes { for index in $0.indices { block[index] ^= $0[index] } }
            defer { OPENSSL_cleanse(block.baseAddress, block.count) }
            var inner = Hash()
            inner.update(bufferPointer: UnsafeRawBufferPointer(block))
            update(&inner)
            let digest = inner.finalize()
            for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
            var outer = Hash()
            outer.update(bufferPointer: UnsafeRawBufferPointer(block))
            digest.withUnsafeBytes { outer.update(bufferPointer: $0) }
            return outer.finalize()
        }
    }
}

extension SecretBytes {
    fileprivate convenience init<Hash: HashFunction>(hashing key: UnsafeRawBufferPointer, _ hash: Hash.Type) {
        var state = Hash()
        state.update(bufferPointer: key)
        self.init(Array(state.finalize()))
    }
}

extension SymmetricKey {
    init(_ secret: SecretBytes) {
        self = secret.withUnsafeBytes { SymmetricKey(data: $0) }
    }
}
