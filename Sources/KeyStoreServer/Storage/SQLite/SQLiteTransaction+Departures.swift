import GRDB
import KeyHierarchy
import ServerKit

extension SQLiteTransaction {
    func departure(of user: UserID) throws -> StoredDeparture? {
        let row = try first(
            "SELECT move_id, destination, statement, forward FROM departures WHERE user_id = ?", [user.rawValue])
        return try row.map { row in
            guard let move = MoveID(bytes: row.bytes("move_id")),
                let destination = ServerID(bytes: row.bytes("destination"))
            else { throw DamagedRow(table: "departures") }
            return StoredDeparture(
                move: move, destination: destination, statement: row.bytesOrNull("statement"),
                forward: row.bytesOrNull("forward"))
        }
    }

    func putDeparture(_ departure: StoredDeparture, of user: UserID) throws {
        try run(
            """
            INSERT INTO departures (user_id, move_id, destination, statement, forward) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (user_id) DO UPDATE SET
                move_id = excluded.move_id, destination = excluded.destination,
                statement = excluded.statement, forward = excluded.forward
            """,
            [
                user.rawValue, departure.move.bytes.blob, departure.destination.bytes.blob,
                departure.statement?.blob, departure.forward?.blob,
            ])
    }
}
