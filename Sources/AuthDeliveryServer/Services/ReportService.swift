import CloudMLSAPI
import ServerKit

/// What members say about commits: whether they could apply them.
package struct ReportService: Sendable {
    let storage: any DeliveryStorage

    /// Keeps what an account says about the commit that holds an epoch, in place of what it said before.
    func put(_ report: CommitReport, in groupID: [UInt8], by user: UserID) async throws {
        try await storage.write { transaction in
            let (group, account) = try transaction.group(groupID, of: report.account, ownedBy: user)
            guard let commit = try transaction.commit(endingEpoch: report.epoch, in: group.id),
                commit.hash == report.hash.array,
                try transaction.memberships(of: user, in: group.id)
                    .contains(where: { $0.account == account.id && $0.saw(commit) })
            else {
                throw APIError(.notFound, "The group accepted no such commit.")
            }
            try transaction.putReport(report.outcome, epoch: report.epoch, by: account.id, in: group.id)
        }
    }

    /// What members said about the commit that ended an epoch; nothing where none did, and nothing for a user who was
    /// not in the group for that commit, whether or not there is one.
    func list(epoch: UInt64, in groupID: [UInt8], for user: UserID) async throws -> CommitReportList {
        try await storage.read { transaction in
            guard let group = try transaction.group(groupID) else { throw APIError.noSuchGroup }
            let memberships = try transaction.memberships(of: user, in: group.id)
            guard !memberships.isEmpty else { throw APIError.noSuchGroup }
            guard let commit = try transaction.commit(endingEpoch: epoch, in: group.id),
                memberships.contains(where: { $0.saw(commit) })
            else {
                return CommitReportList(reports: [])
            }
            return CommitReportList(
                reports: try transaction.reports(epoch: epoch, in: group.id).map { report in
                    CommitReport(
                        account: report.account, epoch: epoch, hash: Bytes(commit.hash), outcome: report.outcome)
                })
        }
    }
}

extension StoredMembership {
    /// Whether the commit was sent to the member: the log's own rule, by which the one that added it was not.
    fileprivate func saw(_ commit: StoredCommit) -> Bool {
        from <= commit.sequence && commit.sequence <= to ?? .max
    }
}
