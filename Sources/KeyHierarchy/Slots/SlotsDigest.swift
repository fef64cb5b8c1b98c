import Crypto
import Foundation
import MLSCodec

public enum SlotsDigestKind: FixedBytesKind { public static let byteCount = 32 }

/// SHA-256 over all slots of a scope, for the store's anchor: a slot that was brought back or taken away changes it.
public typealias SlotsDigest = FixedBytes<SlotsDigestKind>

extension FixedBytes where Kind == SlotsDigestKind {
    /// Hashes `Slot slots<V>`, sorted by slot id, so that the order in which a server lists them does not matter.
    public init<Scope>(of slots: [Slot<Scope>]) {
        let sorted = slots.sorted { $0.id.bytes.lexicographicallyPrecedes($1.id.bytes) }
        self.init(checked: SHA256.hash(data: sorted.encoded))
    }
}
