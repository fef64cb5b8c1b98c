package import CloudMLSAPI
package import ServerKit

/// A span of an account's membership, in the group's log numbers.
package struct StoredMembership: Hashable, Sendable {
    package var account: AccountID
    /// The first entry that the member sees: the one after the commit that added it.
    package var from: UInt64
    /// The last one, the commit that removed it; nil while it is a member.
    package var to: UInt64?
}

package protocol MembershipStorage {
    /// The accounts that are members now, by address.
    func members(of group: GroupRowID) throws -> [StoredAccount]
    func memberCount(of group: GroupRowID) throws -> Int
    /// All spans of a user's accounts in a group, oldest first.
    func memberships(of user: UserID, in group: GroupRowID) throws -> [StoredMembership]
    func isMember(_ account: AccountID, of group: GroupRowID) throws -> Bool
    func insertMembership(of account: AccountID, in group: GroupRowID, from sequence: UInt64) throws
    func endMembership(of account: AccountID, in group: GroupRowID, to sequence: UInt64) throws
    /// Notes that a member asks to be removed and added again; forgotten when its membership ends.
    func requestRejoin(of account: AccountID, in group: GroupRowID, at time: UInt64) throws
    /// The members that have asked to be removed and added again, by address.
    func rejoining(in group: GroupRowID) throws -> [AccountAddress]
    /// The groups in which one of the user's accounts is a member now, by MLS group id, from after `groupID` on.
    func groups(of user: UserID, after groupID: [UInt8], limit: Int) throws -> [StoredGroup]
}
