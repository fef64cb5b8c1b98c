import MLSCodec

/// Seals and opens the objects of one store.
///
/// ```
/// struct {
///     uint8 version = 1;
///     opaque store_id[16];
///     uint32 key_id;
///     opaque blinded_name[32];
///     uint64 revision;
/// } ObjectAAD;
///
/// body = ObjectHeader ‖ AES-256-GCM ciphertext ‖ tag[16]
/// key  = HKDF(object key, salt: ObjectHeader.random, "object", ObjectAAD); nonce = 12 zero bytes
/// ```
///
/// The key is made of 32 fresh random bytes and seals one plaintext, so the nonce may be a constant. Nothing is padded:
/// the server sees how long an object is.
public struct ObjectSealer: Sendable {
    /// How many bytes an object is longer sealed than in the open.
    public static let overhead = ObjectHeader.byteCount + AEAD.tagByteCount

    private let storeID: StoreID
    private let keyring: Keyring

    public init(storeID: StoreID, keyring: Keyring) {
        self.storeID = storeID
        self.keyring = keyring
    }

    /// The name under which the server keeps the object of this path.
    public func name(_ path: String) -> BlindedName { keyring.nameBlindingKey.blind(path) }

    /// Seals an object under the active key.
    ///
    /// - Parameter revision: the revision that the write will make; the body opens as that one only.
    public func seal(
        _ plaintext: [UInt8], name: BlindedName, revision: Revision
    ) throws(KeyHierarchyError) -> [UInt8] {
        try seal(plaintext, name: name, revision: revision, random: .random())
    }

    /// The same with given random bytes, for tests against fixed bytes. None may be used twice.
    package func seal(
        _ plaintext: [UInt8], name: BlindedName, revision: Revision, random: FixedBytes<ObjectRandomKind>
    ) throws(KeyHierarchyError) -> [UInt8] {
        let header = ObjectHeader(keyID: keyring.activeKeyID, random: random)
        let additionalData = additionalData(keyID: header.keyID, name: name, revision: revision)
        let key = try key(for: header, additionalData)
        return header.encoded + (try AEAD.sealOnce(plaintext, under: key, authenticating: additionalData))
    }

    /// Opens an object that the server gave for this name and revision.
    ///
    /// - Throws: `.malformed`, `.unknownObjectKey`, `.tampered`.
    public func open(
        _ body: [UInt8], name: BlindedName, revision: Revision
    ) throws(KeyHierarchyError) -> [UInt8] {
        guard let header = try? ObjectHeader(ofObject: body) else {
            throw KeyHierarchyError(.malformed, "object header")
        }
        let additionalData = additionalData(keyID: header.keyID, name: name, revision: revision)
        let ciphertext = Array(body.dropFirst(ObjectHeader.byteCount))
        let key = try key(for: header, additionalData)
        guard let plaintext = AEAD.openOnce(ciphertext, under: key, authenticating: additionalData) else {
            throw KeyHierarchyError(.tampered, "object")
        }
        return plaintext
    }

    private func key(for header: ObjectHeader, _ additionalData: [UInt8]) throws(KeyHierarchyError) -> SealingKey {
        guard let objectKey = keyring.objectKey(header.keyID) else { throw KeyHierarchyError(.unknownObjectKey) }
        return objectKey.derive(.object, salt: header.random.bytes, context: additionalData)
    }

    private func additionalData(keyID: KeyID, name: BlindedName, revision: Revision) -> [UInt8] {
        var writer = MLSWriter(reservingCapacity: 61)
        FormatVersion.v1.encode(into: &writer)
        storeID.encode(into: &writer)
        keyID.encode(into: &writer)
        name.encode(into: &writer)
        revision.encode(into: &writer)
        return writer.bytes
    }
}
