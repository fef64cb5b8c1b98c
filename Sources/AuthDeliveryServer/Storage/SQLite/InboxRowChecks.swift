import GRDB
import ServerKit

/// Looks at every row about inboxes: what is counted is there, and what is pointed to as well.
enum InboxRowChecks {
    static func run(in db: Database, _ findings: inout RowFindings) throws {
        let inboxes = try Row.fetchCursor(
            db,
            sql: """
                SELECT inboxes.*, COUNT(number) AS found, COALESCE(MAX(number), 0) AS newest
                FROM inboxes LEFT JOIN inbox_entries USING (user_id) GROUP BY inboxes.user_id
                """)
        while let row = try inboxes.next() {
            let user: Int64 = row["user_id"]
            findings.expect(
                row["pending"] as Int64 == row["found"], "the inbox of user \(user) has another length than is counted")
            findings.expect(
                row["last_number"] as Int64 >= row["newest"], "the inbox of user \(user) has an entry behind its end")
        }
        try checkEntries(in: db, &findings)
        let bad = try Int.fetchOne(
            db,
            sql: """
                SELECT COUNT(*) FROM welcomes JOIN mls_groups ON mls_groups.id = group_row
                WHERE length(message) = 0 OR welcomes.sequence NOT BETWEEN 1 AND mls_groups.sequence
                    OR welcomes.epoch NOT BETWEEN 1 AND mls_groups.epoch
                """)
        findings.expect(bad == 0, "a Welcome is of an epoch that never was")
    }

    private static func checkEntries(in db: Database, _ findings: inout RowFindings) throws {
        var count = 0
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT inbox_entries.*, log_entries.id AS log_id, accounts.user_id AS owner, last_number FROM inbox_entries
                LEFT JOIN inboxes ON inboxes.user_id = inbox_entries.user_id
                LEFT JOIN accounts ON accounts.id = inbox_entries.account_id
                LEFT JOIN log_entries ON log_entries.group_row = inbox_entries.group_row
                    AND log_entries.sequence = inbox_entries.sequence
                """)
        while let row = try rows.next() {
            count += 1
            let user: Int64 = row["user_id"]
            let isLog = (row["group_row"] as Int64?) != nil || (row["sequence"] as Int64?) != nil
            let isWelcome = (row["welcome_id"] as Int64?) != nil || (row["account_id"] as Int64?) != nil
            findings.expect(
                row["number"] as Int64 >= 1 && (row["last_number"] as Int64?) != nil, "user \(user) has no inbox")
            let isGood =
                switch (isLog, isWelcome) {
                // The log keeps what an inbox points to.
                case (true, false): (row["log_id"] as Int64?) != nil
                case (false, true):
                    (row["welcome_id"] as Int64?) != nil && row["owner"] as Int64? == user
                        && row.bytes("key_package_ref").count == 32
                case (false, false): row.bytes("key_package_ref").isEmpty
                case (true, true): false
                }
            findings.expect(isGood, "an entry in the inbox of user \(user) leads nowhere")
        }
        findings.count("inbox entries", count)
    }
}
