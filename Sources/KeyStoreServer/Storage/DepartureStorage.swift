package import KeyHierarchy
package import ServerKit

/// The newest move away from here, be it a cancelled one.
package struct StoredDeparture: Hashable, Sendable {
    package var move: MoveID
    package var destination: ServerID
    /// `SignedMovedStatement`; nil before the commit.
    package var statement: [UInt8]?
    /// `ForwardPointer`; nil before the commit.
    package var forward: [UInt8]?
}

package protocol DepartureStorage {
    func departure(of user: UserID) throws -> StoredDeparture?
    /// Replaces the one before.
    func putDeparture(_ departure: StoredDeparture, of user: UserID) throws
}
