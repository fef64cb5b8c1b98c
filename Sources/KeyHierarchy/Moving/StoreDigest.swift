import Crypto
import Foundation
import MLSCodec

public enum StoreDigestKind: FixedBytesKind { public static let byteCount = 32 }
/// SHA-256 over everything that moves with a store; both key stores compute it for themselves.
public typealias StoreDigest = FixedBytes<StoreDigestKind>

/// Computes a `StoreDigest`, one object after the other.
///
/// ```
/// struct { opaque name[32]; uint64 revision; uint8 deleted; opaque body_hash[32]; } DigestedObject;
/// struct { opaque id[16]; SlotKind kind; uint64 revision; opaque body_hash[32]; } DigestedSlot;
/// struct {
///     uint8 version = 1;
///     opaque store_id[16];
///     uint64 object_count;
///     DigestedObject objects[object_count];    // by ascending name
///     uint64 keyring_revision;
///     opaque keyring_hash[32];
///     uint64 slot_count;
///     DigestedSlot slots[slot_count];          // by ascending id
/// } DigestedStore;
/// ```
///
/// A hash is SHA-256 of the body as it is stored, and 32 zero bytes for an object that was deleted.
public struct StoreDigestBuilder {
    /// A slot as the digest has it.
    public struct SlotEntry: Sendable {
        public var id: SlotID
        public var kind: SlotKind
        public var revision: UInt64
        public var body: [UInt8]

        public init(id: SlotID, kind: SlotKind, revision: UInt64, body: [UInt8]) {
            self.id = id
            self.kind = kind
            self.revision = revision
            self.body = body
        }
    }

    private var hash = SHA256()

    public init(storeID: StoreID, objectCount: UInt64) {
        add { writer in
            writer.write(raw: FormatVersion.v1.encoded)
            writer.write(raw: storeID.bytes)
            writer.write(integer: objectCount)
        }
    }

    /// Adds the next object by name.
    /// - Parameter body: nil where it was deleted.
    public mutating func addObject(name: [UInt8], revision: UInt64, body: [UInt8]?) {
        add { writer in
            writer.write(raw: name)
            writer.write(integer: revision)
            writer.write(integer: UInt8(body == nil ? 1 : 0))
            writer.write(raw: body.map(Self.bodyHash) ?? [UInt8](repeating: 0, count: 32))
        }
    }

    /// The digest, after the last object.
    public mutating func finish(keyringRevision: UInt64, keyring: [UInt8], slots: [SlotEntry]) -> StoreDigest {
        let sorted = slots.sorted { $0.id.bytes.lexicographicallyPrecedes($1.id.bytes) }
        add { writer in
            writer.write(integer: keyringRevision)
            writer.write(raw: Self.bodyHash(keyring))
            writer.write(integer: UInt64(sorted.count))
            for slot in sorted {
                writer.write(raw: slot.id.bytes)
                writer.write(raw: slot.kind.encoded)
                writer.write(integer: slot.revision)
                writer.write(raw: Self.bodyHash(slot.body))
            }
        }
        return StoreDigest(checked: hash.finalize())
    }

    private static func bodyHash(_ body: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: body)) }

    private mutating func add(_ write: (inout MLSWriter) -> Void) {
        var writer = MLSWriter()
        write(&writer)
        hash.update(data: writer.bytes)
    }
}
