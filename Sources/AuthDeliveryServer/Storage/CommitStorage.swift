package import CloudMLSAPI

/// Which commit holds an epoch: kept as long as the group, after the log entry is gone.
package struct StoredCommit: Hashable, Sendable {
    /// The epoch that it ended.
    package var epoch: UInt64
    /// SHA-256 of the MLSMessage.
    package var hash: [UInt8]
    package var committer: AccountID
    package var sequence: UInt64
    package var identityHistory: UInt64
}

package protocol CommitStorage {
    func commit(endingEpoch epoch: UInt64, in group: GroupRowID) throws -> StoredCommit?
    func insertCommit(_ commit: StoredCommit, in group: GroupRowID) throws
    func isVoid(_ hash: [UInt8], epoch: UInt64, in group: GroupRowID) throws -> Bool
    func insertVoid(_ hash: [UInt8], epoch: UInt64, by account: AccountID, in group: GroupRowID) throws
    /// How many commits of an epoch the account declared void.
    func voidCount(epoch: UInt64, by account: AccountID, in group: GroupRowID) throws -> Int
    /// Forgets what was declared void for an epoch, which takes no commit any more.
    func deleteVoids(epoch: UInt64, in group: GroupRowID) throws
    /// Replaces what the account said before about the epoch's commit.
    func putReport(_ outcome: CommitReport.Outcome, epoch: UInt64, by account: AccountID, in group: GroupRowID) throws
    /// What members said about an epoch's commit, by account.
    func reports(
        epoch: UInt64, in group: GroupRowID
    ) throws -> [(account: AccountAddress, outcome: CommitReport.Outcome)]
}
