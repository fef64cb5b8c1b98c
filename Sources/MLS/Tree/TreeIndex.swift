public import MLSCodec

/// A leaf's position, counted among leaves from the left (RFC 9420 §4.1). On the wire a `uint32`.
public struct LeafIndex: RawRepresentable, Hashable, Comparable, Sendable, MLSCodable {
    /// 0 for the leftmost leaf.
    public let rawValue: UInt32
    /// A place, whether some tree has it or not.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    package init(_ value: UInt32) { self.rawValue = value }
    /// Whether a leaf stands to the left of another one.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A node's position in the array form of the tree (RFC 9420 Appendix C): leaves are even, parents odd.
package struct NodeIndex: RawRepresentable, Hashable, Comparable, Sendable, MLSCodable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package init(_ value: UInt32) { self.rawValue = value }
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
