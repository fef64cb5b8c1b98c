/// How far the copying of a store is.
public struct MoveProgress: Sendable, Hashable {
    /// Objects at the new place, deleted ones included.
    public var copied: UInt64
    /// Objects there are.
    public var total: UInt64
    /// Bytes of what is at the new place.
    public var bytes: UInt64

    public init(copied: UInt64, total: UInt64, bytes: UInt64) {
        self.copied = copied
        self.total = total
        self.bytes = bytes
    }
}
