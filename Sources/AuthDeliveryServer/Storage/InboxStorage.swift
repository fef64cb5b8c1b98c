package import ServerKit

/// What an inbox entry points at.
package enum InboxPointer: Hashable, Sendable {
    case log(GroupRowID, sequence: UInt64)
    case welcome(WelcomeID, account: AccountID, keyPackageRef: [UInt8])
    case gap
}

/// An entry of a user's inbox.
package struct StoredInboxEntry: Hashable, Sendable {
    package var number: UInt64
    package var pointer: InboxPointer
}

/// Inboxes: pointers into logs and Welcomes under numbers that are never used twice.
package protocol InboxStorage {
    /// Appends under the next number, and says how many entries there are then.
    func appendToInbox(of user: UserID, _ pointer: InboxPointer) throws -> Int
    /// Oldest first.
    func inboxEntries(of user: UserID, after number: UInt64, limit: Int) throws -> [StoredInboxEntry]
    /// Deletes entries up to and including `number`, and notes in the logs when that was.
    func acknowledgeInbox(of user: UserID, through number: UInt64, at time: UInt64) throws
    /// Drops the pointers into logs and old gaps, and says how many Welcomes are left.
    func dropLogPointers(of user: UserID) throws -> Int
    /// Drops everything.
    func dropInbox(of user: UserID) throws
}
