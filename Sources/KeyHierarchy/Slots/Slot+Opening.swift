import Crypto
import Foundation
import MLSCodec

extension VerifiedSlot {
    /// - Throws: `.wrongKind` unless it is a password slot, `.wrongSecret` if the password is not its.
    public func open(with passwordKey: PasswordKey) throws(KeyHierarchyError) -> Slot<Scope>.Content {
        guard let content = try slot.content(passwordKey: passwordKey) else { throw KeyHierarchyError(.wrongSecret) }
        return content
    }

    /// - Throws: `.wrongKind` unless it is a recovery slot, `.wrongSecret` if the code is not its.
    public func open(with code: RecoveryCode) throws(KeyHierarchyError) -> Slot<Scope>.Content {
        guard let content = try slot.content(code: code) else { throw KeyHierarchyError(.wrongSecret) }
        return content
    }

    /// - Throws: `.wrongKind` unless it is a device slot, `.wrongSecret` if it is another device's.
    public func open(with device: SlotKeyPair) throws(KeyHierarchyError) -> Slot<Scope>.Content {
        guard slot.kind == .device else { throw KeyHierarchyError(.wrongKind) }
        guard let content = slot.content(keyPair: device, psk: nil) else { throw KeyHierarchyError(.wrongSecret) }
        return content
    }
}

/// On a new device nothing is pinned yet. A password slot is then authenticated by its AEAD and a recovery slot by its
/// PSK: who knows neither password nor code cannot make one that opens. A device slot is authenticated by nothing but
/// its signature, so it has no such function.
extension Slot {
    /// Opens a slot before the store's public key is known.
    ///
    /// - Throws: `.wrongKind`, `.wrongSecretOrTampered`.
    public func openUnverified(with passwordKey: PasswordKey) throws(KeyHierarchyError) -> Content {
        guard let content = try content(passwordKey: passwordKey) else {
            throw KeyHierarchyError(.wrongSecretOrTampered)
        }
        return content
    }

    /// Opens a slot before the store's public key is known.
    ///
    /// - Throws: `.wrongKind`, `.wrongSecretOrTampered`.
    public func openUnverified(with code: RecoveryCode) throws(KeyHierarchyError) -> Content {
        guard let content = try content(code: code) else { throw KeyHierarchyError(.wrongSecretOrTampered) }
        return content
    }

    fileprivate func content(passwordKey: PasswordKey) throws(KeyHierarchyError) -> Content? {
        guard kind == .password else { throw KeyHierarchyError(.wrongKind) }
        let key = Self.wrapKey(passwordKey, scopeID: header.scopeID)
        return AEAD.open(ciphertext, under: key, authenticating: header.encoded).flatMap { Content(bytes: $0) }
    }

    fileprivate func content(code: RecoveryCode) throws(KeyHierarchyError) -> Content? {
        guard kind == .recovery else { throw KeyHierarchyError(.wrongKind) }
        return content(keyPair: try code.slotKeyPair(role: Scope.role), psk: code.slotPSK(role: Scope.role))
    }

    fileprivate func content(keyPair: SlotKeyPair, psk: RecoveryPSK?) -> Content? {
        guard header.publicKey == keyPair.publicKey,
            let privateKey = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: keyPair.secret.bytes)
        else { return nil }
        let info = Data(Self.hpkeInfo(header))
        let recipient =
            if let psk {
                try? HPKE.Recipient(
                    privateKey: privateKey, ciphersuite: .slots, info: info, encapsulatedKey: Data(kemOutput),
                    presharedKey: psk.symmetricKey, presharedKeyIdentifier: Data(Label.slotPSK.bytes))
            } else {
                try? HPKE.Recipient(
                    privateKey: privateKey, ciphersuite: .slots, info: info, encapsulatedKey: Data(kemOutput))
            }
        guard var recipient, let opened = try? recipient.open(ciphertext, authenticating: header.encoded) else {
            return nil
        }
        return Content(bytes: opened)
    }
}
