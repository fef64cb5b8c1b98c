import CloudMLSAPI
import GRDB
import KeyHierarchy
import ServerKit

extension SQLiteTransaction {
    func arrival(of user: UserID) throws -> StoredArrival? {
        let row = try first(
            "SELECT move_id, source_key, follow_hash, follow_expires FROM arrivals WHERE user_id = ?", [user.rawValue])
        return try row.map { row in
            let key = row.bytesOrNull("source_key")
            let sourceKey = key.flatMap { ServerPublicKey(bytes: $0) }
            // Without the key, the store would open on its client's word.
            guard let move = MoveID(bytes: row.bytes("move_id")), (sourceKey == nil) == (key == nil) else {
                throw DamagedRow(table: "arrivals")
            }
            return StoredArrival(
                move: move, sourceKey: sourceKey, followHash: row.bytesOrNull("follow_hash"),
                followUntil: row.unsigned("follow_expires"))
        }
    }

    func putArrival(_ arrival: StoredArrival, of user: UserID) throws {
        try run(
            """
            INSERT INTO arrivals (user_id, move_id, source_key, follow_hash, follow_expires) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (user_id) DO UPDATE SET
                move_id = excluded.move_id, source_key = excluded.source_key,
                follow_hash = excluded.follow_hash, follow_expires = excluded.follow_expires
            """,
            [
                user.rawValue, arrival.move.bytes.blob, arrival.sourceKey?.bytes.blob, arrival.followHash?.blob,
                Int64(clamping: arrival.followUntil),
            ])
    }
    func endFollowing(of user: UserID) throws {
        try run("UPDATE arrivals SET follow_hash = NULL WHERE user_id = ?", [user.rawValue])
    }
}
