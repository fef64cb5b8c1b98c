public import MLSCodec

/// One way in: the scope's secret, sealed to a password, a recovery code or a device. Parsed, not verified.
///
/// ```
/// struct {
///     SlotHeader header;
///     opaque kem_output<V>;        // empty for password slots, 32 bytes for the others
///     opaque ciphertext<V>;        // password: nonce[12], ciphertext[32], tag[16]; others: ciphertext[32], tag[16]
///     opaque signature[64];        // "slot", over the three fields above
/// } Slot;
/// ```
///
/// A server stores these bytes and looks at `id` and `kind`. A client that knows the store's public key calls
/// `verified(by:scopeID:)` before it opens anything.
public struct Slot<Scope: SlotScope>: Hashable, Sendable, MLSStruct {
    public let header: SlotHeader<Scope>
    let kemOutput: [UInt8]
    let ciphertext: [UInt8]
    let signature: Signature

    public var id: SlotID { header.id }
    public var kind: SlotKind { header.kind }

    init(header: SlotHeader<Scope>, kemOutput: [UInt8], ciphertext: [UInt8], signature: Signature) {
        self.header = header
        self.kemOutput = kemOutput
        self.ciphertext = ciphertext
        self.signature = signature
    }

    init(
        header: SlotHeader<Scope>, kemOutput: [UInt8], ciphertext: [UInt8], signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        let content = Self.signedContent(header, kemOutput, ciphertext)
        self.init(
            header: header, kemOutput: kemOutput, ciphertext: ciphertext,
            signature: try key.sign(content, as: .slot))
    }

    public static var layout: StructLayout<Self, SlotHeader<Scope>, [UInt8], [UInt8], Signature> {
        StructLayout(\.header, \.kemOutput, \.ciphertext, \.signature) {
            (header, kemOutput, ciphertext, signature) throws(CodecError) in
            let isPassword = header.kind == .password
            let contentByteCount = Secret<Scope.ContentKind>.byteCount
            guard kemOutput.count == (isPassword ? 0 : 32) else { throw CodecError(.invalidValue, "Slot.kem_output") }
            guard ciphertext.count == contentByteCount + (isPassword ? AEAD.overhead : AEAD.tagByteCount) else {
                throw CodecError(.invalidValue, "Slot.ciphertext")
            }
            return Self(header: header, kemOutput: kemOutput, ciphertext: ciphertext, signature: signature)
        }
    }

    private static func signedContent(
        _ header: SlotHeader<Scope>, _ kemOutput: [UInt8], _ ciphertext: [UInt8]
    ) -> [UInt8] {
        var writer = MLSWriter()
        header.encode(into: &writer)
        kemOutput.encode(into: &writer)
        ciphertext.encode(into: &writer)
        return writer.bytes
    }

    /// Checks that the slot belongs to this scope and that the store's owner made it.
    ///
    /// - Throws: `.wrongScope`, `.invalidSignature`.
    public func verified(
        by key: StorePublicKey, scopeID: FixedBytes<Scope.IDKind>
    ) throws(KeyHierarchyError) -> VerifiedSlot<Scope> {
        guard header.scopeID == scopeID else { throw KeyHierarchyError(.wrongScope, "slot") }
        guard key.isValid(signature, for: Self.signedContent(header, kemOutput, ciphertext), as: .slot) else {
            throw KeyHierarchyError(.invalidSignature, "slot")
        }
        return VerifiedSlot(slot: self)
    }
}

/// A slot that the store's owner made: only `Slot.verified(by:scopeID:)` gives one.
public struct VerifiedSlot<Scope: SlotScope>: Hashable, Sendable {
    public let slot: Slot<Scope>

    fileprivate init(slot: Slot<Scope>) { self.slot = slot }
}
