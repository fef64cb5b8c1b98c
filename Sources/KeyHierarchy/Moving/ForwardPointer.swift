public import MLSCodec

/// What a store leaves behind at a key store that it has left: the profile that leads to the next one, for devices that
/// come before that profile is at AD.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque store_id[16];
///     opaque move_id[16];
/// } ForwardHeader;                 // also the AEAD's additional data
/// struct {
///     ForwardHeader header;
///     opaque ciphertext<V>;        // the Profile: nonce[12], ciphertext, tag[16] under HKDF(profileKey, "forward")
///     opaque signature[64];        // "forward", over the two fields above, by the store signing key
/// } ForwardPointer;
/// ```
///
/// It is sealed under the profile key, which a new device has before it has met any key store. It does not name the
/// profile's id, so that the key store cannot link its user to one of AD's.
public struct ForwardPointer: Hashable, Sendable {
    private let header: ForwardHeader
    private let ciphertext: [UInt8]
    private let signature: Signature

    public var moveID: MoveID { header.moveID }

    /// - Throws: `.wrongStoreKey` unless `key` is the private half of the profile's store public key.
    public init(
        to profile: Profile, moveID: MoveID, profileKey: ProfileKey, signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        try self.init(to: profile, moveID: moveID, profileKey: profileKey, nonce: nil, signedBy: key)
    }

    /// The same with a given nonce, for tests against fixed bytes. No nonce may be used twice under one profile key.
    package init(
        to profile: Profile, moveID: MoveID, profileKey: ProfileKey, nonce: [UInt8]?, signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        guard profile.storePublicKey == key.publicKey else { throw KeyHierarchyError(.wrongStoreKey, "forward") }
        header = ForwardHeader(storeID: profile.storeID, moveID: moveID)
        ciphertext = try AEAD.seal(
            profile.encoded, under: profileKey.derive(.forward), authenticating: header.encoded, nonce: nonce)
        signature = try key.sign(header.encoded + ciphertext.encoded, as: .forward)
    }

    /// Checks and opens the pointer.
    ///
    /// - Parameter current: the profile that led to the store that was left: the next one is of the same store, and of a
    ///   later move.
    /// - Throws: `.wrongScope`, `.invalidSignature`, `.tampered`, `.malformed`, `.wrongStoreKey`.
    public func open(with profileKey: ProfileKey, after current: Profile) throws(KeyHierarchyError) -> Profile {
        guard header.storeID == current.storeID else { throw KeyHierarchyError(.wrongScope, "forward") }
        let content = header.encoded + ciphertext.encoded
        guard current.storePublicKey.isValid(signature, for: content, as: .forward) else {
            throw KeyHierarchyError(.invalidSignature, "forward")
        }
        let opened = AEAD.open(ciphertext, under: profileKey.derive(.forward), authenticating: header.encoded)
        guard let opened else { throw KeyHierarchyError(.tampered, "forward") }
        guard let profile = try? Profile(decoding: opened) else { throw KeyHierarchyError(.malformed, "forward") }
        guard profile.storePublicKey == current.storePublicKey else {
            throw KeyHierarchyError(.wrongStoreKey, "forward")
        }
        guard profile.storeID == current.storeID, profile.moveCounter > current.moveCounter else {
            throw KeyHierarchyError(.wrongScope, "forward")
        }
        return profile
    }
}

extension ForwardPointer: MLSCodable {
    public func encode(into writer: inout MLSWriter) {
        header.encode(into: &writer)
        ciphertext.encode(into: &writer)
        signature.encode(into: &writer)
    }

    public init(from reader: inout MLSReader) throws(CodecError) {
        header = try ForwardHeader(from: &reader)
        ciphertext = try [UInt8](from: &reader)
        signature = try Signature(from: &reader)
    }
}

private struct ForwardHeader: Hashable, Sendable, MLSStruct {
    private let version = FormatVersion.v1
    let storeID: StoreID
    let moveID: MoveID

    static var layout: StructLayout<Self, FormatVersion, StoreID, MoveID> {
        StructLayout(\.version, \.storeID, \.moveID) { _, storeID, moveID in Self(storeID: storeID, moveID: moveID) }
    }
}
