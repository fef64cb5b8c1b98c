import CloudMLSAPI
import GRDB
import ServerKit

extension SQLiteTransaction {
    func members(of group: GroupRowID) throws -> [StoredAccount] {
        try all(
            """
            SELECT accounts.id, accounts.address, accounts.user_id FROM memberships
            JOIN accounts ON accounts.id = memberships.account_id
            WHERE memberships.group_row = ? AND memberships.to_sequence IS NULL ORDER BY accounts.address
            """, [group.rawValue]
        ).map(Self.account)
    }

    func memberCount(of group: GroupRowID) throws -> Int {
        Int(
            try integer(
                "SELECT COUNT(*) FROM memberships WHERE group_row = ? AND to_sequence IS NULL", [group.rawValue]))
    }

    func memberships(of user: UserID, in group: GroupRowID) throws -> [StoredMembership] {
        try all(
            """
            SELECT memberships.* FROM memberships JOIN accounts ON accounts.id = memberships.account_id
            WHERE accounts.user_id = ? AND memberships.group_row = ? ORDER BY memberships.id
            """, [user.rawValue, group.rawValue]
        ).map { row in
            StoredMembership(
                account: AccountID(row["account_id"]), from: row.unsigned("from_sequence"),
                to: (row["to_sequence"] as Int64?).map(UInt64.init(clamping:)))
        }
    }

    func isMember(_ account: AccountID, of group: GroupRowID) throws -> Bool {
        try integer(
            "SELECT COUNT(*) FROM memberships WHERE group_row = ? AND account_id = ? AND to_sequence IS NULL",
            [group.rawValue, account.rawValue]) > 0
    }

    func insertMembership(of account: AccountID, in group: GroupRowID, from sequence: UInt64) throws {
        try run(
            "INSERT INTO memberships (group_row, account_id, from_sequence) VALUES (?, ?, ?)",
            [group.rawValue, account.rawValue, sequence.stored])
    }

    func endMembership(of account: AccountID, in group: GroupRowID, to sequence: UInt64) throws {
        try run(
            "UPDATE memberships SET to_sequence = ? WHERE group_row = ? AND account_id = ? AND to_sequence IS NULL",
            [sequence.stored, group.rawValue, account.rawValue])
    }

    func requestRejoin(of account: AccountID, in group: GroupRowID, at time: UInt64) throws {
        try run(
            """
            UPDATE memberships SET rejoin_since = ?
            WHERE group_row = ? AND account_id = ? AND to_sequence IS NULL AND rejoin_since IS NULL
            """, [time.stored, group.rawValue, account.rawValue])
    }

    func rejoining(in group: GroupRowID) throws -> [AccountAddress] {
        try all(
            """
            SELECT accounts.address FROM memberships JOIN accounts ON accounts.id = memberships.account_id
            WHERE memberships.group_row = ? AND memberships.to_sequence IS NULL
                AND memberships.rejoin_since IS NOT NULL ORDER BY accounts.address
            """, [group.rawValue]
        ).map { row in
            guard let account = AccountAddress(row["address"] as String) else { throw DamagedRow(table: "accounts") }
            return account
        }
    }

    func groups(of user: UserID, after groupID: [UInt8], limit: Int) throws -> [StoredGroup] {
        try all(
            """
            SELECT DISTINCT mls_groups.* FROM accounts
            JOIN memberships ON memberships.account_id = accounts.id AND memberships.to_sequence IS NULL
            JOIN mls_groups ON mls_groups.id = memberships.group_row
            WHERE accounts.user_id = ? AND mls_groups.group_id > ? ORDER BY mls_groups.group_id LIMIT ?
            """, [user.rawValue, groupID.blob, limit]
        ).map(Self.group)
    }
}
