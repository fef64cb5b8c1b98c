import CloudMLSAPI
package import GRDB
import KeyHierarchy

extension SQLiteSlotStorage {
    /// Makes a user's slots and login keys exactly these. Sessions stay where the slot that began them does.
    package static func replaceAll(_ slots: [ImportedSlot], of user: UserID, in db: Database) throws {
        let known = try Row.fetchAll(
            db, sql: "SELECT id, kind FROM slots WHERE user_id = ?", arguments: [user.rawValue])
        for row in known {
            let new = slots.first { $0.slot.id == row.bytes("id") }
            guard new == nil || new?.slot.kind.name == row["kind"] else {
                throw APIError(.badRequest, "A slot cannot change its kind.")
            }
        }
        let wanted = Set(slots.map(\.slot.id))
        for id in known.map({ $0.bytes("id") }) where !wanted.contains(id) {
            try db.execute(
                sql: "DELETE FROM slots WHERE user_id = ? AND id = ?", arguments: [user.rawValue, id.blob])
        }
        for item in slots {
            try db.execute(
                sql: """
                    INSERT INTO slots (user_id, id, kind, revision, body) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (user_id, id) DO UPDATE SET
                        kind = excluded.kind, revision = excluded.revision, body = excluded.body
                    """,
                arguments: [
                    user.rawValue, item.slot.id.blob, item.slot.kind.name, Int64(clamping: item.revision),
                    item.slot.body.blob,
                ])
            if let login = item.login {
                try replaceLoginKey(login, slotID: item.slot.id, of: user, in: db)
            } else {
                try db.execute(
                    sql: "DELETE FROM login_keys WHERE user_id = ? AND slot_id = ?",
                    arguments: [user.rawValue, item.slot.id.blob])
            }
        }
    }
}
