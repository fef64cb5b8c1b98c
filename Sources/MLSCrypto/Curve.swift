import Crypto

/// The groups of swift-crypto that a suite's KEM and signatures live on.
enum Curve: Sendable {
    /// X25519 for the KEM, Ed25519 for signatures.
    case curve25519
    case p256
    case p384
    case p521

    /// The KEM on the group (RFC 9180 §7.1).
    var kem: HPKE.KEM {
        switch self {
        case .curve25519: .Curve25519_HKDF_SHA256
        case .p256: .P256_HKDF_SHA256
        case .p384: .P384_HKDF_SHA384
        case .p521: .P521_HKDF_SHA512
        }
    }

    /// The KEM's registered number, `kem_id` (RFC 9180 §7.1).
    var kemID: UInt16 {
        switch self {
        case .curve25519: 0x0020
        case .p256: 0x0010
        case .p384: 0x0011
        case .p521: 0x0012
        }
    }

    /// `Nsk` (RFC 9180 §7.1), in bytes.
    var privateKeyLength: Int {
        switch self {
        case .curve25519, .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    /// `bitmask` of `DeriveKeyPair` (RFC 9180 §7.1.3): what a candidate's first byte may have, so that it is likely to be
    /// below the group's order. Nil where every candidate is a private key.
    var candidateMask: UInt8? {
        switch self {
        case .curve25519: nil
        case .p256, .p384: 0xff
        case .p521: 0x01
        }
    }

    var agreementKey: any AgreementKey.Type {
        switch self {
        case .curve25519: Curve25519.KeyAgreement.PrivateKey.self
        case .p256: P256.KeyAgreement.PrivateKey.self
        case .p384: P384.KeyAgreement.PrivateKey.self
        case .p521: P521.KeyAgreement.PrivateKey.self
        }
    }

    var signingKey: any SigningKey.Type {
        switch self {
        case .curve25519: Curve25519.Signing.PrivateKey.self
        case .p256: P256.Signing.PrivateKey.self
        case .p384: P384.Signing.PrivateKey.self
        case .p521: P521.Signing.PrivateKey.self
        }
    }
}
