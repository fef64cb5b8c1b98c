import Crypto
import Foundation
import MLSCodec

public enum AnchorNameKind: FixedBytesKind { public static let byteCount = 32 }

/// An anchor's name at AD, which cannot tell from it which group it is about.
public typealias AnchorName = FixedBytes<AnchorNameKind>

/// Seals and opens anchors.
///
/// ```
/// struct { uint8 version = 1; opaque name[32]; uint64 revision; } AnchorAAD;
///
/// name = HMAC-SHA-256(HKDF(profileKey, "anchor-name"), struct { AnchorKind kind; opaque id<V>; })
/// body = version ‖ nonce[12] ‖ ciphertext ‖ tag[16], under HKDF(profileKey, "anchor")
/// ```
public struct AnchorSealer: Sendable {
    private let sealingKey: SealingKey
    private let nameKey: AnchorNameKey

    public init(profileKey: ProfileKey) {
        sealingKey = profileKey.derive(.anchor)
        nameKey = profileKey.derive(.anchorName)
    }

    /// The name of a group's anchor.
    public func name(groupID: [UInt8]) -> AnchorName { name(.group, groupID) }

    /// The name of a store's anchor.
    public func name(storeID: StoreID) -> AnchorName { name(.store, storeID.bytes) }

    /// The name of the anchor of a store's newest move.
    public func name(moveOf storeID: StoreID) -> AnchorName { name(.move, storeID.bytes) }

    /// Seals an anchor; the body opens under this name and revision only.
    public func seal(
        _ anchor: some Anchor, name: AnchorName, revision: Revision
    ) throws(KeyHierarchyError) -> [UInt8] {
        try seal(anchor, name: name, revision: revision, nonce: nil)
    }

    /// The same with a given nonce, for tests against fixed bytes. None may be used twice under one profile key.
    package func seal(
        _ anchor: some Anchor, name: AnchorName, revision: Revision, nonce: [UInt8]?
    ) throws(KeyHierarchyError) -> [UInt8] {
        let sealed = try AEAD.seal(
            anchor.encoded, under: sealingKey, authenticating: Self.additionalData(name, revision), nonce: nonce)
        return FormatVersion.v1.encoded + sealed
    }

    /// Opens an anchor that AD gave for this name and revision.
    ///
    /// - Throws: `.malformed`, `.tampered`.
    public func open<Value: Anchor>(
        _ type: Value.Type = Value.self, _ body: [UInt8], name: AnchorName, revision: Revision
    ) throws(KeyHierarchyError) -> Value {
        guard body.first == FormatVersion.v1.rawValue else { throw KeyHierarchyError(.malformed, "anchor") }
        let additionalData = Self.additionalData(name, revision)
        guard let opened = AEAD.open(Array(body.dropFirst()), under: sealingKey, authenticating: additionalData) else {
            throw KeyHierarchyError(.tampered, "anchor")
        }
        guard let anchor = try? Value(decoding: opened) else { throw KeyHierarchyError(.malformed, "anchor") }
        return anchor
    }

    private func name(_ kind: AnchorKind, _ id: [UInt8]) -> AnchorName {
        let content = kind.encoded + id.encoded
        return AnchorName(checked: HMAC<SHA256>.authenticationCode(for: content, using: nameKey.symmetricKey))
    }

    private static func additionalData(_ name: AnchorName, _ revision: Revision) -> [UInt8] {
        FormatVersion.v1.encoded + name.encoded + revision.encoded
    }
}
