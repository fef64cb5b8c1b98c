import Crypto
import Foundation

public enum SlotPrivateKeyKind: SecretKind { public static let name = "slot private key" }

/// An X25519 key pair (RFC 7748 §6.1) that a device or recovery slot is sealed to.
public struct SlotKeyPair: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The private half, for a device to store.
    public let secret: Secret<SlotPrivateKeyKind>
    public let publicKey: SlotPublicKey

    public init(secret: Secret<SlotPrivateKeyKind>) throws(KeyHierarchyError) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret.bytes) else {
            throw KeyHierarchyError(.internalFailure, "X25519 private key")
        }
        self.secret = secret
        publicKey = SlotPublicKey(checked: key.publicKey.rawRepresentation)
    }

    /// A fresh key pair, for a device.
    public static func random() throws(KeyHierarchyError) -> Self { try Self(secret: .random()) }

    /// Constant-time in the private half.
    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.secret == rhs.secret }

    public var description: String { "<\(SlotPrivateKeyKind.name)>" }
    public var debugDescription: String { description }
}

extension RecoveryCode {
    /// The key pair of this code's slots at servers of one role.
    public func slotKeyPair(role: ServerRole) throws(KeyHierarchyError) -> SlotKeyPair {
        try SlotKeyPair(secret: derive(.recoveryKey, context: Array(role.rawValue.utf8)))
    }

    /// The HPKE pre-shared key of this code's slots at servers of one role.
    public func slotPSK(role: ServerRole) -> RecoveryPSK {
        derive(.slotPSK, context: Array(role.rawValue.utf8))
    }

    /// What a keyring keeps, so that slots can be sealed to this code without it.
    public func recipient(role: ServerRole) throws(KeyHierarchyError) -> SlotRecipient {
        .recovery(try slotKeyPair(role: role).publicKey, slotPSK(role: role))
    }
}
