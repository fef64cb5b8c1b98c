import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func commit(endingEpoch epoch: UInt64, in group: GroupRowID) throws -> StoredCommit? {
        try first("SELECT * FROM accepted_commits WHERE group_row = ? AND epoch = ?", [group.rawValue, epoch.stored])
            .map { row in
                StoredCommit(
                    epoch: row.unsigned("epoch"), hash: row.bytes("hash"),
                    committer: AccountID(row["committer_id"]), sequence: row.unsigned("sequence"),
                    identityHistory: row.unsigned("identity_history"))
            }
    }

    func insertCommit(_ commit: StoredCommit, in group: GroupRowID) throws {
        try run(
            """
            INSERT INTO accepted_commits (group_row, epoch, hash, committer_id, sequence, identity_history)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                group.rawValue, commit.epoch.stored, commit.hash.blob, commit.committer.rawValue,
                commit.sequence.stored, commit.identityHistory.stored,
            ])
    }

    func isVoid(_ hash: [UInt8], epoch: UInt64, in group: GroupRowID) throws -> Bool {
        try integer(
            "SELECT COUNT(*) FROM voided_commits WHERE group_row = ? AND epoch = ? AND hash = ?",
            [group.rawValue, epoch.stored, hash.blob]) > 0
    }

    func insertVoid(_ hash: [UInt8], epoch: UInt64, by account: AccountID, in group: GroupRowID) throws {
        try run(
            "INSERT OR IGNORE INTO voided_commits (group_row, epoch, hash, account_id) VALUES (?, ?, ?, ?)",
            [group.rawValue, epoch.stored, hash.blob, account.rawValue])
    }

    func voidCount(epoch: UInt64, by account: AccountID, in group: GroupRowID) throws -> Int {
        Int(
            try integer(
                "SELECT COUNT(*) FROM voided_commits WHERE group_row = ? AND epoch = ? AND account_id = ?",
                [group.rawValue, epoch.stored, account.rawValue]))
    }

    func deleteVoids(epoch: UInt64, in group: GroupRowID) throws {
        try run("DELETE FROM voided_commits WHERE group_row = ? AND epoch = ?", [group.rawValue, epoch.stored])
    }

    func putReport(
        _ outcome: CommitReport.Outcome, epoch: UInt64, by account: AccountID, in group: GroupRowID
    ) throws {
        try run(
            "INSERT OR REPLACE INTO commit_reports (group_row, epoch, account_id, outcome) VALUES (?, ?, ?, ?)",
            [group.rawValue, epoch.stored, account.rawValue, outcome.rawValue])
    }

    func reports(
        epoch: UInt64, in group: GroupRowID
    ) throws -> [(account: AccountAddress, outcome: CommitReport.Outcome)] {
        try all(
            """
            SELECT accounts.address, commit_reports.outcome FROM commit_reports
            JOIN accounts ON accounts.id = commit_reports.account_id
            WHERE commit_reports.group_row = ? AND commit_reports.epoch = ? ORDER BY accounts.address
            """, [group.rawValue, epoch.stored]
        ).map { row in
            guard let account = AccountAddress(row["address"] as String),
                let outcome = CommitReport.Outcome(rawValue: row["outcome"])
            else { throw DamagedRow(table: "commit_reports") }
            return (account, outcome)
        }
    }
}
