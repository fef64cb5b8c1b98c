import Crypto
import Foundation
import MLSCodec

extension Slot {
    public typealias Content = Secret<Scope.ContentKind>
    public typealias ScopeID = FixedBytes<Scope.IDKind>

    /// Seals the scope's secret to a password.
    ///
    /// - Parameters:
    ///   - passwordKey: what `kdf` makes of the password.
    ///   - kdf: goes into the slot, so that it opens anywhere.
    public init(
        sealing content: Content, scopeID: ScopeID, id: SlotID = .random(), passwordKey: PasswordKey, kdf: PasswordKDF,
        signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        try self.init(
            sealing: content, scopeID: scopeID, id: id, passwordKey: passwordKey, kdf: kdf, nonce: nil, signedBy: key)
    }

    /// The same with a given nonce, for tests against fixed bytes. No nonce may be used twice under one password key.
    package init(
        sealing content: Content, scopeID: ScopeID, id: SlotID, passwordKey: PasswordKey, kdf: PasswordKDF,
        nonce: [UInt8]?, signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        let header = SlotHeader<Scope>(id: id, kind: .password, scopeID: scopeID, kdf: kdf, publicKey: nil)
        let ciphertext = try AEAD.seal(
            content.bytes, under: Self.wrapKey(passwordKey, scopeID: scopeID), authenticating: header.encoded,
            nonce: nonce)
        try self.init(header: header, kemOutput: [], ciphertext: ciphertext, signedBy: key)
    }

    /// Seals the scope's secret to a recovery code or device, of which only public key and PSK need be known.
    ///
    /// - Throws: `.wrongKind` for `.password`, which takes the password's key.
    public init(
        sealing content: Content, scopeID: ScopeID, id: SlotID = .random(), to recipient: SlotRecipient,
        signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        guard let publicKey = recipient.publicKey else { throw KeyHierarchyError(.wrongKind, "password slot") }
        let header = SlotHeader<Scope>(id: id, kind: recipient.kind, scopeID: scopeID, kdf: nil, publicKey: publicKey)
        let kemOutput: [UInt8]
        let ciphertext: [UInt8]
        do {
            let recipientKey = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey.bytes)
            var sender =
                if let psk = recipient.psk {
                    try HPKE.Sender(
                        recipientKey: recipientKey, ciphersuite: .slots, info: Data(Self.hpkeInfo(header)),
                        presharedKey: psk.symmetricKey, presharedKeyIdentifier: Data(Label.slotPSK.bytes))
                } else {
                    try HPKE.Sender(
                        recipientKey: recipientKey, ciphersuite: .slots, info: Data(Self.hpkeInfo(header)))
                }
            ciphertext = Array(try sender.seal(content.bytes, authenticating: header.encoded))
            kemOutput = Array(sender.encapsulatedKey)
        } catch {
            throw KeyHierarchyError(.internalFailure, "HPKE")
        }
        try self.init(header: header, kemOutput: kemOutput, ciphertext: ciphertext, signedBy: key)
    }

    static func wrapKey(_ passwordKey: PasswordKey, scopeID: ScopeID) -> SealingKey {
        passwordKey.derive(.wrap, context: scopeID.bytes)
    }

    static func hpkeInfo(_ header: SlotHeader<Scope>) -> [UInt8] { Label.slot.framing(header.encoded) }
}

extension HPKE.Ciphersuite {
    /// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (RFC 9180 §7).
    static let slots = Self(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_256)
}
