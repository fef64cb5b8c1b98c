import CloudMLSAPI
import GRDB
import KeyHierarchy
import ServerKit

/// Computes a store's digest, one object in memory at a time.
enum SQLiteStoreDigest {
    static func digest(of user: UserID, in db: Database) throws -> StoreDigestAnswer {
        let store = try Row.fetchOne(
            db, sql: "SELECT store_id, keyring_revision, keyring, bytes FROM stores WHERE user_id = ?",
            arguments: [user.rawValue])
        guard let store, let storeID = StoreID(bytes: store.bytes("store_id")) else {
            throw APIError.noStore
        }
        let count = try Int64.fetchOne(
            db, sql: "SELECT COUNT(*) FROM objects WHERE user_id = ?", arguments: [user.rawValue])
        let objects = UInt64(clamping: count ?? 0)
        var builder = StoreDigestBuilder(storeID: storeID, objectCount: objects)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT name, revision, body, body IS NULL AS deleted FROM objects WHERE user_id = ? ORDER BY name
                """,
            arguments: [user.rawValue])
        while let row = try rows.next() {
            builder.addObject(
                name: row.bytes("name"), revision: row.unsigned("revision"),
                body: row["deleted"] ? nil : row.bytes("body"))
        }
        let slots = try Row.fetchAll(
            db, sql: "SELECT id, kind, revision, body FROM slots WHERE user_id = ?", arguments: [user.rawValue]
        ).map { row in
            guard let id = SlotID(bytes: row.bytes("id")), let kind = SlotKind(name: row["kind"]) else {
                throw DamagedRow(table: "slots")
            }
            return StoreDigestBuilder.SlotEntry(
                id: id, kind: kind, revision: row.unsigned("revision"), body: row.bytes("body"))
        }
        let digest = builder.finish(
            keyringRevision: store.unsigned("keyring_revision"), keyring: store.bytes("keyring"), slots: slots)
        return StoreDigestAnswer(objects: objects, bytes: store.unsigned("bytes"), digest: Bytes(digest.bytes))
    }
}
