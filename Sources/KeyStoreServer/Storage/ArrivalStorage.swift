package import KeyHierarchy
package import ServerKit

/// The newest move to here.
package struct StoredArrival: Hashable, Sendable {
    package var move: MoveID
    /// Nil where the store comes from a file.
    package var sourceKey: ServerPublicKey?
    /// SHA-256 of the token that devices follow with, 32 bytes; nil where nobody can follow any more.
    package var followHash: [UInt8]?
    /// Until when they can, in seconds since 1970.
    package var followUntil: UInt64
}

package protocol ArrivalStorage {
    func arrival(of user: UserID) throws -> StoredArrival?
    /// Replaces the one before.
    func putArrival(_ arrival: StoredArrival, of user: UserID) throws
    /// Lets nobody follow any more.
    func endFollowing(of user: UserID) throws
}

/// The user whose store arrives. Slots are `SlotTransaction`'s, users and sessions otherwise ServerKit's.
package protocol ArrivingUserStorage {
    /// Uses a setup token up; `registration_refused` where it is not good at `now`.
    func useSetupToken(_ hash: [UInt8], now: UInt64) throws
    /// Adds a user who has no way in yet; `name_taken` where the name is.
    func insertUser(named name: String, at time: UInt64) throws -> UserID
    func user(named name: String) throws -> UserID?
    /// One of the user's login keys, the password's where there is one.
    func loginKey(of user: UserID) throws -> (key: StoredLoginKey, kind: SlotKind)?
}
