public import MLSCodec

/// How often a stored thing was written: the first write makes revision 1, and a deletion counts too.
///
/// At most `2^53 - 1`, so that a JSON number can carry it and adding to it cannot overflow.
public struct Revision: RawRepresentable, Hashable, Comparable, Sendable, MLSCodable, CustomStringConvertible {
    public static let maximum: UInt64 = (1 << 53) - 1

    public let rawValue: UInt64

    /// `nil` above `maximum`.
    public init?(rawValue: UInt64) {
        guard rawValue <= Self.maximum else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: UInt64) { self.rawValue = rawValue }

    /// Nothing was written yet.
    public static let none = Self(unchecked: 0)
    public static let first = Self(unchecked: 1)

    /// The revision that the next write makes. After the last there is none, and it stays where it is: the server then
    /// refuses the write as a conflict.
    public var next: Self { Self(unchecked: min(rawValue + 1, Self.maximum)) }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
    public var description: String { "\(rawValue)" }
}
