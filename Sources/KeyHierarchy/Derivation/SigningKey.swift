import Crypto
import Foundation

/// The private half of an Ed25519 key pair (RFC 8032 §5.1), for one purpose: `Kind` is that of its public half.
public struct SigningKey<Kind: SigningKeyKind>: Sendable, Equatable, CustomStringConvertible,
    CustomDebugStringConvertible
{
    /// The 32 bytes that the key pair is made of.
    public let seed: Secret<Kind>
    public let publicKey: FixedBytes<Kind>

    public init(seed: Secret<Kind>) throws(KeyHierarchyError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed.bytes) else {
            throw KeyHierarchyError(.internalFailure, "Ed25519 seed")
        }
        self.seed = seed
        publicKey = FixedBytes(checked: key.publicKey.rawRepresentation)
    }

    /// A fresh key pair.
    public static func random() throws(KeyHierarchyError) -> Self { try Self(seed: .random()) }

    /// Signs `struct { opaque label<V>; opaque content<V>; }`.
    package func sign(_ content: [UInt8], as label: Label) throws(KeyHierarchyError) -> Signature {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed.bytes),
            let signature = try? key.signature(for: label.framing(content))
        else { throw KeyHierarchyError(.internalFailure, "Ed25519 signature") }
        return Signature(checked: signature)
    }

    /// Constant-time in the private half.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.seed == rhs.seed }

    public var description: String { "<\(Kind.name)>" }
    public var debugDescription: String { description }
}

/// What tells one purpose of a signature key from another.
public protocol SigningKeyKind: SecretKind, FixedBytesKind {}

extension SigningKeyKind {
    public static var byteCount: Int { 32 }
}

extension FixedBytes where Kind: SigningKeyKind {
    /// Whether `signature` is this key's for the labelled content; malformed input is simply no signature.
    package func isValid(_ signature: Signature, for content: [UInt8], as label: Label) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature.bytes, for: label.framing(content))
    }
}

public enum LoginKeyKind: SigningKeyKind { public static let name = "login key" }
/// Proves at login that a client knows a password or recovery code, or is a known device.
public typealias LoginKey = SigningKey<LoginKeyKind>
public typealias LoginPublicKey = FixedBytes<LoginKeyKind>

public enum StoreSigningKeyKind: SigningKeyKind { public static let name = "store signing key" }
/// Signs slots, keyrings and profiles, so that a hostile server can add none of its own.
public typealias StoreSigningKey = SigningKey<StoreSigningKeyKind>
public typealias StorePublicKey = FixedBytes<StoreSigningKeyKind>

public enum ServerSigningKeyKind: SigningKeyKind { public static let name = "server identity key" }
/// A server's identity, made at its first start and part of its backups.
public typealias ServerSigningKey = SigningKey<ServerSigningKeyKind>
public typealias ServerPublicKey = FixedBytes<ServerSigningKeyKind>
