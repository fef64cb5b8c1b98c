public import MLSCodec

/// A keyring as it is stored. Parsed, not verified.
///
/// ```
/// struct {
///     RevisionHeader header;       // scope_id is the storeId; also the AEAD's additional data
///     opaque ciphertext<V>;        // nonce[12], ciphertext, tag[16] under HKDF(dataKey, "keyring")
///     opaque signature[64];        // "keyring", over the two fields above
/// } SealedKeyring;
/// ```
public struct SealedKeyring: Hashable, Sendable {
    private let header: RevisionHeader<StoreIDKind>
    fileprivate let ciphertext: [UInt8]
    private let signature: Signature

    public var storeID: StoreID { header.scopeID }
    public var revision: Revision { header.revision }

    /// Seals and signs a keyring, with the signing key that is in it.
    public init(
        _ keyring: Keyring, storeID: StoreID, revision: Revision, dataKey: DataKey
    ) throws(KeyHierarchyError) {
        try self.init(keyring, storeID: storeID, revision: revision, dataKey: dataKey, nonce: nil)
    }

    /// The same with a given nonce, for tests against fixed bytes. No nonce may be used twice under one data key.
    package init(
        _ keyring: Keyring, storeID: StoreID, revision: Revision, dataKey: DataKey, nonce: [UInt8]?
    ) throws(KeyHierarchyError) {
        header = RevisionHeader(scopeID: storeID, revision: revision)
        ciphertext = try AEAD.seal(
            keyring.encoded, under: dataKey.derive(.keyring), authenticating: header.encoded, nonce: nonce)
        signature = try keyring.storeSigningKey.sign(header.encoded + ciphertext.encoded, as: .keyring)
    }

    /// Checks that this is the store's keyring, made by its owner.
    ///
    /// - Throws: `.wrongScope`, `.invalidSignature`.
    public func verified(
        by key: StorePublicKey, storeID: StoreID
    ) throws(KeyHierarchyError) -> VerifiedKeyring {
        guard header.scopeID == storeID else { throw KeyHierarchyError(.wrongScope, "keyring") }
        guard key.isValid(signature, for: header.encoded + ciphertext.encoded, as: .keyring) else {
            throw KeyHierarchyError(.invalidSignature, "keyring")
        }
        return VerifiedKeyring(sealed: self, key: key)
    }

    /// Opens a keyring before the store's public key is known, and checks the signature with the key that is in it.
    ///
    /// Only for one who has the data key from a slot that a password or recovery code opened: then nobody who lacks the
    /// data key can have made the keyring.
    /// - Throws: `.wrongScope`, `.wrongSecret`, `.malformed`, `.invalidSignature`.
    public func openUnverified(with dataKey: DataKey, storeID: StoreID) throws(KeyHierarchyError) -> Keyring {
        let opened = AEAD.open(ciphertext, under: dataKey.derive(.keyring), authenticating: additionalData)
        guard let opened else { throw KeyHierarchyError(.wrongSecret, "keyring") }
        guard let keyring = try? Keyring(decoding: opened) else { throw KeyHierarchyError(.malformed, "keyring") }
        _ = try verified(by: keyring.storeSigningKey.publicKey, storeID: storeID)
        return keyring
    }

    fileprivate var additionalData: [UInt8] { header.encoded }
}

/// A keyring that the store's owner made: only `SealedKeyring.verified(by:storeID:)` gives one.
public struct VerifiedKeyring: Sendable {
    private let sealed: SealedKeyring
    private let key: StorePublicKey

    public var revision: Revision { sealed.revision }

    fileprivate init(sealed: SealedKeyring, key: StorePublicKey) {
        self.sealed = sealed
        self.key = key
    }

    /// - Throws: `.wrongSecret` if the data key is another, `.malformed`, or `.wrongStoreKey` if the signing key inside
    ///   is not the one that signed.
    public func open(with dataKey: DataKey) throws(KeyHierarchyError) -> Keyring {
        let opened = AEAD.open(
            sealed.ciphertext, under: dataKey.derive(.keyring), authenticating: sealed.additionalData)
        guard let opened else { throw KeyHierarchyError(.wrongSecret, "keyring") }
        guard let keyring = try? Keyring(decoding: opened) else { throw KeyHierarchyError(.malformed, "keyring") }
        guard keyring.storeSigningKey.publicKey == key else { throw KeyHierarchyError(.wrongStoreKey, "keyring") }
        return keyring
    }
}

extension SealedKeyring: MLSCodable {
    public func encode(into writer: inout MLSWriter) {
        header.encode(into: &writer)
        ciphertext.encode(into: &writer)
        signature.encode(into: &writer)
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        header = try RevisionHeader(from: &reader)
        ciphertext = try [UInt8](from: &reader)
        signature = try Signature(from: &reader)
    }
}
