public import MLSCodec

/// A cipher suite's registered number (RFC 9420 §17.1).
///
/// Any number can be carried; a `CipherSuiteProvider` exists only for the suites that a crypto library brings.
public struct CipherSuite: RawRepresentable, Hashable, Sendable, MLSCodable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let mls128DHKEMX25519AES128GCMSHA256Ed25519 = Self(rawValue: 1)
    public static let mls128DHKEMP256AES128GCMSHA256P256 = Self(rawValue: 2)
    public static let mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519 = Self(rawValue: 3)
    public static let mls256DHKEMX448AES256GCMSHA512Ed448 = Self(rawValue: 4)
    public static let mls256DHKEMP521AES256GCMSHA512P521 = Self(rawValue: 5)
    public static let mls256DHKEMX448ChaCha20Poly1305SHA512Ed448 = Self(rawValue: 6)
    public static let mls256DHKEMP384AES256GCMSHA384P384 = Self(rawValue: 7)
}
