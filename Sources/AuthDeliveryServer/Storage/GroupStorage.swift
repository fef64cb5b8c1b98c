/// A group as the server knows it.
package struct StoredGroup: Hashable, Sendable {
    package var id: GroupRowID
    /// The MLS group id.
    package var groupID: [UInt8]
    package var creator: AccountID
    package var cipherSuite: UInt16
    package var epoch: UInt64
    /// The number of the newest log entry; 0 before the first.
    package var sequence: UInt64
    /// Seconds since 1970 of the first commit with more than one member.
    package var stamp: UInt64?
}

package protocol GroupStorage {
    func group(_ groupID: [UInt8]) throws -> StoredGroup?
    /// At epoch 0 with an empty log. The id must be free.
    func insertGroup(
        _ groupID: [UInt8], creator: AccountID, cipherSuite: UInt16, at time: UInt64
    ) throws -> StoredGroup
    func groupCount(createdBy account: AccountID) throws -> Int
    /// Stores epoch, sequence and stamp.
    func updateGroup(_ group: StoredGroup) throws
}
