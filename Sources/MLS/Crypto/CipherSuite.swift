public import MLSCodec

/// A cipher suite's registered number (RFC 9420 §17.1).
///
/// Any number can be carried; a `CipherSuiteProvider` exists only for the suites that a crypto library brings.
public struct CipherSuite: RawRepresentable, Hashable, Sendable, MLSCodable {
    /// The registered number, as it is on the wire.
    public let rawValue: UInt16

    /// A suite by its number, whether a provider has it or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Suite 1: X25519, AES-128-GCM, SHA-256, Ed25519. The one that every client must have (RFC 9420 §17.1).
    public static let mls128DHKEMX25519AES128GCMSHA256Ed25519 = Self(rawValue: 1)
    /// Suite 2: P-256, AES-128-GCM, SHA-256, ECDSA on P-256.
    public static let mls128DHKEMP256AES128GCMSHA256P256 = Self(rawValue: 2)
    /// Suite 3: X25519, ChaCha20-Poly1305, SHA-256, Ed25519.
    public static let mls128DHKEMX25519ChaCha20Poly1305SHA256Ed25519 = Self(rawValue: 3)
    /// Suite 4: X448, AES-256-GCM, SHA-512, Ed448.
    public static let mls256DHKEMX448AES256GCMSHA512Ed448 = Self(rawValue: 4)
    /// Suite 5: P-521, AES-256-GCM, SHA-512, ECDSA on P-521.
    public static let mls256DHKEMP521AES256GCMSHA512P521 = Self(rawValue: 5)
    /// Suite 6: X448, ChaCha20-Poly1305, SHA-512, Ed448.
    public static let mls256DHKEMX448ChaCha20Poly1305SHA512Ed448 = Self(rawValue: 6)
    /// Suite 7: P-384, AES-256-GCM, SHA-384, ECDSA on P-384.
    public static let mls256DHKEMP384AES256GCMSHA384P384 = Self(rawValue: 7)
}
