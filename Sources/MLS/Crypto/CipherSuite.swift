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
}
