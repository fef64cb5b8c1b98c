public import MLSCodec

/// A new data key, sealed under the one before it: while a rotation runs, it takes signed-in devices along. Parsed, not
/// verified.
///
/// ```
/// struct {
///     RevisionHeader header;       // storeId, and the keyring's revision that the new data key came with
///     opaque ciphertext<V>;        // nonce[12], ciphertext[32], tag[16] under HKDF(old dataKey, "handover")
///     opaque signature[64];        // "handover", over the two fields above
/// } DataKeyHandover;
/// ```
///
/// Whoever has the old data key and gets at these bytes has the new one too. So a rotation that is to shut somebody out
/// leaves none, and every other one deletes it when it ends.
public struct DataKeyHandover: Hashable, Sendable {
    private let header: RevisionHeader<StoreIDKind>
    fileprivate let ciphertext: [UInt8]
    private let signature: Signature

    public var storeID: StoreID { header.scopeID }
    /// Of the first keyring that the new data key opens.
    public var revision: Revision { header.revision }

    /// Seals and signs a handover.
    public init(
        of new: DataKey, from old: DataKey, storeID: StoreID, revision: Revision, signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        try self.init(of: new, from: old, storeID: storeID, revision: revision, nonce: nil, signedBy: key)
    }

    /// The same with a given nonce, for tests against fixed bytes. No nonce may be used twice under one data key.
    package init(
        of new: DataKey, from old: DataKey, storeID: StoreID, revision: Revision, nonce: [UInt8]?,
        signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        header = RevisionHeader(scopeID: storeID, revision: revision)
        ciphertext = try AEAD.seal(
            new.bytes, under: old.derive(.handover), authenticating: header.encoded, nonce: nonce)
        signature = try key.sign(header.encoded + ciphertext.encoded, as: .handover)
    }

    /// Checks that this is the store's, made by its owner.
    ///
    /// - Throws: `.wrongScope`, `.invalidSignature`.
    public func verified(
        by key: StorePublicKey, storeID: StoreID
    ) throws(KeyHierarchyError) -> VerifiedDataKeyHandover {
        guard header.scopeID == storeID else { throw KeyHierarchyError(.wrongScope, "handover") }
        guard key.isValid(signature, for: header.encoded + ciphertext.encoded, as: .handover) else {
            throw KeyHierarchyError(.invalidSignature, "handover")
        }
        return VerifiedDataKeyHandover(handover: self)
    }

    fileprivate var additionalData: [UInt8] { header.encoded }
}

/// A handover that the store's owner made: only `DataKeyHandover.verified(by:storeID:)` gives one.
public struct VerifiedDataKeyHandover: Sendable {
    private let handover: DataKeyHandover

    public var revision: Revision { handover.revision }

    fileprivate init(handover: DataKeyHandover) { self.handover = handover }

    /// The new data key.
    /// - Throws: `.wrongSecret` if it was sealed under another key.
    public func open(with old: DataKey) throws(KeyHierarchyError) -> DataKey {
        let opened = AEAD.open(
            handover.ciphertext, under: old.derive(.handover), authenticating: handover.additionalData)
        guard let opened, let new = DataKey(bytes: opened) else { throw KeyHierarchyError(.wrongSecret, "handover") }
        return new
    }
}

extension DataKeyHandover: MLSCodable {
    public func encode(into writer: inout MLSWriter) {
        header.encode(into: &writer)
        ciphertext.encode(into: &writer)
        signature.encode(into: &writer)
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        header = try RevisionHeader(from: &reader)
        ciphertext = try [UInt8](from: &reader)
        guard ciphertext.count == DataKey.byteCount + AEAD.overhead else {
            throw CodecError(.invalidValue, "DataKeyHandover.ciphertext")
        }
        signature = try Signature(from: &reader)
    }
}
