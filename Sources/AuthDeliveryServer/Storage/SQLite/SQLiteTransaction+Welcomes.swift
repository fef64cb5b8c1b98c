import GRDB
import ServerKit

extension SQLiteTransaction {
    func insertWelcome(_ welcome: StoredWelcome, in group: GroupRowID) throws -> WelcomeID {
        try run(
            "INSERT INTO welcomes (group_row, sequence, epoch, identity_history, message) VALUES (?, ?, ?, ?, ?)",
            [
                group.rawValue, welcome.sequence.stored, welcome.epoch.stored, welcome.identityHistory.stored,
                welcome.message.blob,
            ])
        return WelcomeID(database.lastInsertedRowID)
    }

    func welcome(_ id: WelcomeID) throws -> StoredWelcome? {
        try first(
            """
            SELECT welcomes.*, mls_groups.group_id FROM welcomes JOIN mls_groups ON mls_groups.id = welcomes.group_row
            WHERE welcomes.id = ?
            """, [id.rawValue]
        ).map { row in
            StoredWelcome(
                groupID: row.bytes("group_id"), sequence: row.unsigned("sequence"),
                epoch: row.unsigned("epoch"), identityHistory: row.unsigned("identity_history"),
                message: row.bytes("message"))
        }
    }

    func deleteDeliveredWelcomes() throws {
        try run(
            "DELETE FROM welcomes WHERE id NOT IN (SELECT welcome_id FROM inbox_entries WHERE welcome_id IS NOT NULL)")
    }
}
