/// What the server knows about the cipher suites that it delivers for (RFC 9420 §17.1).
enum CipherSuiteRules {
    static let suites: [UInt16] = [1, 2, 3]

    /// The TLS `SignatureScheme` of a suite's signatures; nil for a suite that the server does not deliver for.
    static func signatureScheme(of suite: UInt16) -> UInt16? {
        switch suite {
        case 1, 3: 0x0807
        case 2: 0x0403
        default: nil
        }
    }

    static func suites(signingWith scheme: UInt16) -> [UInt16] {
        suites.filter { signatureScheme(of: $0) == scheme }
    }

    /// The bytes of a scheme's public key: Ed25519's 32, or an uncompressed point of P-256.
    static func isPublicKey(_ bytes: [UInt8], of scheme: UInt16) -> Bool {
        switch scheme {
        case 0x0807: bytes.count == 32
        case 0x0403: bytes.count == 65 && bytes.first == 4
        default: false
        }
    }
}
