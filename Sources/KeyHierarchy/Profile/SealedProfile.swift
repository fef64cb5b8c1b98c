public import MLSCodec

/// A profile as AD stores it.
///
/// ```
/// struct {
///     RevisionHeader header;       // scope_id is the profileId; also the AEAD's additional data
///     opaque ciphertext<V>;        // nonce[12], ciphertext, tag[16] under HKDF(profileKey, "profile")
///     opaque signature[64];        // "profile", over the two fields above, by the store signing key
/// } SealedProfile;
/// ```
public struct SealedProfile: Hashable, Sendable {
    private let header: RevisionHeader<ProfileIDKind>
    private let ciphertext: [UInt8]
    private let signature: Signature

    public var profileID: ProfileID { header.scopeID }
    public var revision: Revision { header.revision }

    /// Seals and signs a profile.
    ///
    /// - Throws: `.wrongStoreKey` unless `key` is the private half of the profile's store public key.
    public init(
        _ profile: Profile, profileID: ProfileID, revision: Revision, profileKey: ProfileKey,
        signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        try self.init(
            profile, profileID: profileID, revision: revision, profileKey: profileKey, nonce: nil, signedBy: key)
    }

    /// The same with a given nonce, for tests against fixed bytes. No nonce may be used twice under one profile key.
    package init(
        _ profile: Profile, profileID: ProfileID, revision: Revision, profileKey: ProfileKey, nonce: [UInt8]?,
        signedBy key: StoreSigningKey
    ) throws(KeyHierarchyError) {
        guard profile.storePublicKey == key.publicKey else { throw KeyHierarchyError(.wrongStoreKey, "profile") }
        header = RevisionHeader(scopeID: profileID, revision: revision)
        ciphertext = try AEAD.seal(
            profile.encoded, under: profileKey.derive(.profile), authenticating: header.encoded, nonce: nonce)
        signature = try key.sign(header.encoded + ciphertext.encoded, as: .profile)
    }

    /// Opens a profile and checks its signature, with the store's public key that is in it: AD cannot make one, since it
    /// has not the profile key, and who has that alone cannot sign.
    ///
    /// - Parameter storePublicKey: the pinned key; `nil` on a new device, which pins what it then sees.
    /// - Throws: `.wrongScope`, `.tampered`, `.malformed`, `.wrongStoreKey`, `.invalidSignature`.
    public func open(
        with profileKey: ProfileKey, profileID: ProfileID, storePublicKey: StorePublicKey?
    ) throws(KeyHierarchyError) -> Profile {
        guard header.scopeID == profileID else { throw KeyHierarchyError(.wrongScope, "profile") }
        let opened = AEAD.open(ciphertext, under: profileKey.derive(.profile), authenticating: header.encoded)
        guard let opened else { throw KeyHierarchyError(.tampered, "profile") }
        guard let profile = try? Profile(decoding: opened) else { throw KeyHierarchyError(.malformed, "profile") }
        guard storePublicKey == nil || storePublicKey == profile.storePublicKey else {
            throw KeyHierarchyError(.wrongStoreKey, "profile")
        }
        let content = header.encoded + ciphertext.encoded
        guard profile.storePublicKey.isValid(signature, for: content, as: .profile) else {
            throw KeyHierarchyError(.invalidSignature, "profile")
        }
        return profile
    }
}

extension SealedProfile: MLSCodable {
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
