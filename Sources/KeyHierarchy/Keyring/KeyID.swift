public import MLSCodec

/// Numbers the object keys of one store, in the order they were made. A server can refuse writes below one.
public struct KeyID: RawRepresentable, Hashable, Comparable, Sendable, MLSCodable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let first = Self(rawValue: 1)

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    public var description: String { "\(rawValue)" }
}
