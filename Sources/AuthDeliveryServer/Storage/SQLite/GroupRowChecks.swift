import CloudMLSAPI
import GRDB
import ServerKit

/// Looks at every row about groups: each epoch was ended by one commit, and the log holds what was accepted.
struct GroupRowChecks {
    /// The number that the identity history gave out last.
    let newestIdentity: Int64

    func run(in db: Database, _ findings: inout RowFindings) throws {
        try checkGroups(in: db, &findings)
        try checkMemberships(in: db, &findings)
        try checkLog(in: db, &findings)
        try checkCommits(in: db, &findings)
    }

    private func checkGroups(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT mls_groups.*, (SELECT COUNT(*) FROM accepted_commits WHERE group_row = mls_groups.id) AS commits
                FROM mls_groups
                """)
        while let row = try rows.next() {
            count += 1
            let id: Int64 = row["id"]
            findings.expect((16...64).contains(row.bytes("group_id").count), "group \(id) has an id of another size")
            findings.expect(
                UInt16(exactly: row["cipher_suite"] as Int64).map(CipherSuiteRules.suites.contains) == true,
                "group \(id) is of an unknown cipher suite")
            // Each commit takes a place in the log too.
            findings.expect(
                row["epoch"] as Int64 >= 0 && row["sequence"] as Int64 >= row["epoch"],
                "group \(id) has an epoch that its log cannot have led to")
            findings.expect(
                row["commits"] as Int64 == row["epoch"], "group \(id) has another number of commits than of epochs")
        }
        findings.count("groups", count)
    }

    private func checkMemberships(in db: Database, _ findings: inout RowFindings) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT memberships.*, mls_groups.sequence FROM memberships
                JOIN mls_groups ON mls_groups.id = memberships.group_row
                """)
        while let row = try rows.next() {
            let (from, sequence): (Int64, Int64) = (row["from_sequence"], row["sequence"])
            let to: Int64? = row["to_sequence"]
            findings.expect(
                from >= 1 && from <= sequence + 1 && to.map { $0 >= from && $0 <= sequence } != false,
                "membership \(row["id"] as Int64) spans what the log does not have")
        }
    }

    private func checkLog(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT log_entries.*, mls_groups.epoch AS newest, mls_groups.sequence AS last FROM log_entries
                JOIN mls_groups ON mls_groups.id = log_entries.group_row
                """)
        while let row = try rows.next() {
            count += 1
            let id: Int64 = row["id"]
            let isCommit = row["kind"] as String == LogEntry.Kind.commit.rawValue
            let (sequence, epoch): (Int64, Int64) = (row["sequence"], row["epoch"])
            findings.expect(
                row.bytes("hash") == HandshakeInspector.hash(row.bytes("message")),
                "log entry \(id) is not what was accepted")
            findings.expect(
                sequence >= 1 && sequence <= row["last"] && epoch >= 0
                    && epoch + (isCommit ? 1 : 0) <= row["newest"],
                "log entry \(id) is behind the end of its log")
            findings.expect(
                row.bytes("confirmation").count == (isCommit ? 32 : 0) && hasIdentity(row),
                "log entry \(id) is not of its form")
        }
        findings.count("log entries", count)
    }

    private func checkCommits(in db: Database, _ findings: inout RowFindings) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT accepted_commits.*, mls_groups.epoch AS newest, mls_groups.sequence AS last, log_entries.hash AS logged
                FROM accepted_commits JOIN mls_groups ON mls_groups.id = accepted_commits.group_row
                LEFT JOIN log_entries ON log_entries.group_row = accepted_commits.group_row
                    AND log_entries.sequence = accepted_commits.sequence
                """)
        while let row = try rows.next() {
            let (epoch, sequence): (Int64, Int64) = (row["epoch"], row["sequence"])
            let logged = row.bytes("logged")
            findings.expect(
                row.bytes("hash").count == 32 && hasIdentity(row) && (0..<max(0, row["newest"])).contains(epoch)
                    && sequence > epoch && sequence <= row["last"]
                    // The log forgets, after a month at the earliest.
                    && (logged.isEmpty || logged == row.bytes("hash")),
                "the commit of epoch \(epoch) of group \(row["group_row"] as Int64) is not the one in its log")
        }
        let bad = try Int.fetchOne(
            db,
            sql: """
                SELECT (SELECT COUNT(*) FROM voided_commits JOIN mls_groups ON mls_groups.id = group_row
                        WHERE length(hash) <> 32 OR voided_commits.epoch NOT BETWEEN 0 AND mls_groups.epoch)
                     + (SELECT COUNT(*) FROM commit_reports JOIN mls_groups ON mls_groups.id = group_row
                        WHERE commit_reports.epoch NOT BETWEEN 0 AND mls_groups.epoch)
                """)
        findings.expect(bad == 0, "a commit that never was is void or reported")
    }

    private func hasIdentity(_ row: Row) -> Bool {
        (0...max(0, newestIdentity)).contains(row["identity_history"] as Int64)
    }
}
