import GRDB
import ServerKit

extension SQLiteTransaction {
    func appendToInbox(of user: UserID, _ pointer: InboxPointer) throws -> Int {
        let row = try first(
            """
            INSERT INTO inboxes (user_id, last_number, pending) VALUES (?, 1, 1)
            ON CONFLICT (user_id) DO UPDATE SET last_number = last_number + 1, pending = pending + 1
            RETURNING last_number, pending
            """, [user.rawValue])
        guard let row else { throw DamagedRow(table: "inbox") }
        let number: Int64 = row["last_number"]
        switch pointer {
        case .log(let group, let sequence):
            try run(
                "INSERT INTO inbox_entries (user_id, number, group_row, sequence) VALUES (?, ?, ?, ?)",
                [user.rawValue, number, group.rawValue, sequence.stored])
        case .welcome(let welcome, let account, let ref):
            try run(
                "INSERT INTO inbox_entries (user_id, number, welcome_id, account_id, key_package_ref) VALUES (?, ?, ?, ?, ?)",
                [user.rawValue, number, welcome.rawValue, account.rawValue, ref.blob])
        case .gap:
            try run("INSERT INTO inbox_entries (user_id, number) VALUES (?, ?)", [user.rawValue, number])
        }
        return row["pending"]
    }

    func inboxEntries(of user: UserID, after number: UInt64, limit: Int) throws -> [StoredInboxEntry] {
        try all(
            "SELECT * FROM inbox_entries WHERE user_id = ? AND number > ? ORDER BY number LIMIT ?",
            [user.rawValue, number.stored, limit]
        ).map { row in
            StoredInboxEntry(number: row.unsigned("number"), pointer: Self.pointer(row))
        }
    }

    func acknowledgeInbox(of user: UserID, through number: UInt64, at time: UInt64) throws {
        try run(
            """
            UPDATE log_entries SET settled = ?3 FROM inbox_entries
            WHERE inbox_entries.user_id = ?1 AND inbox_entries.number <= ?2
                AND log_entries.group_row = inbox_entries.group_row AND log_entries.sequence = inbox_entries.sequence
            """, [user.rawValue, number.stored, time.stored])
        try run("DELETE FROM inbox_entries WHERE user_id = ? AND number <= ?", [user.rawValue, number.stored])
        try countPending(of: user)
    }

    func dropLogPointers(of user: UserID) throws -> Int {
        try run("DELETE FROM inbox_entries WHERE user_id = ? AND welcome_id IS NULL", [user.rawValue])
        return try countPending(of: user)
    }

    func dropInbox(of user: UserID) throws {
        try run("DELETE FROM inbox_entries WHERE user_id = ?", [user.rawValue])
        try countPending(of: user)
    }

    @discardableResult
    private func countPending(of user: UserID) throws -> Int {
        let pending = try integer("SELECT COUNT(*) FROM inbox_entries WHERE user_id = ?", [user.rawValue])
        try run("UPDATE inboxes SET pending = ? WHERE user_id = ?", [pending, user.rawValue])
        return Int(pending)
    }

    private static func pointer(_ row: Row) -> InboxPointer {
        if let group = row["group_row"] as Int64?, let sequence = row["sequence"] as Int64? {
            return .log(GroupRowID(group), sequence: UInt64(clamping: sequence))
        }
        if let welcome = row["welcome_id"] as Int64?, let account = row["account_id"] as Int64? {
            return .welcome(
                WelcomeID(welcome), account: AccountID(account), keyPackageRef: row.bytes("key_package_ref"))
        }
        return .gap
    }
}
