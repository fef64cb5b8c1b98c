import Crypto
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
        let key = SymmetricKey(key)
        return switch self {
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: data, using: key))
        case .sha384: Array(HMAC<SHA384>.authenticationCode(for: data, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: data, using: key))
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
        let output = salt.withUnsafeBytes { salt in
            HKDF<Hash>.extract(inputKeyMaterial: SymmetricKey(inputKeyMaterial), salt: salt)
        }
        return output.withUnsafeBytes { SecretBytes($0) }
    }

    private static func expand<Hash: HashFunction>(
        _ hash: Hash.Type, _ pseudoRandomKey: SecretBytes, _ info: [UInt8], _ length: Int
    ) -> SecretBytes {
        let output = HKDF<Hash>.expand(
            pseudoRandomKey: SymmetricKey(pseudoRandomKey), info: info, outputByteCount: length)
        return output.withUnsafeBytes { SecretBytes($0) }
    }
}

extension SymmetricKey {
    init(_ secret: SecretBytes) {
        self = secret.withUnsafeBytes { SymmetricKey(data: $0) }
    }
}
