/// The number of a row; `Entity` keeps those of different tables apart.
package struct RowID<Entity>: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package init(_ value: Int64) { rawValue = value }
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A platform account. Users have ServerKit's numbers.
package typealias AccountID = RowID<StoredAccount>
/// A group; not the MLS group id.
package typealias GroupRowID = RowID<StoredGroup>
/// A Welcome, stored once for all whom it is for.
package typealias WelcomeID = RowID<StoredWelcome>
