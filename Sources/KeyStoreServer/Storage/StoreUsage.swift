import CloudMLSAPI
import GRDB
import ServerKit

/// What a user's objects come to.
struct StoreUsage {
    let state: StoreState
    private let before: (bytes: Int, objects: Int)
    var bytes: Int
    var objects: Int
    var cursor: UInt64
    /// The least object key that a body may be sealed under.
    let minimumKeyID: UInt32

    init(of user: UserID, in db: Database) throws {
        let sql = "SELECT state, bytes, objects, cursor, minimum_key_id FROM stores WHERE user_id = ?"
        var found: StoreUsage?
        try db.firstRow(sql: sql, arguments: [user.rawValue]) { row in
            found = StoreUsage(
                state: try SQLiteStoreState.state(row[0]), bytes: row[1], objects: row[2],
                cursor: row.unsigned(at: 3), minimumKeyID: UInt32(clamping: row.unsigned(at: 4)))
        }
        guard let found else { throw APIError.noStore }
        self = found
    }

    private init(state: StoreState, bytes: Int, objects: Int, cursor: UInt64, minimumKeyID: UInt32) {
        self.state = state
        before = (bytes, objects)
        (self.bytes, self.objects) = (bytes, objects)
        self.cursor = cursor
        self.minimumKeyID = minimumKeyID
    }

    /// A user over the quota, which may have been lowered, can still write what does not make it worse.
    func check(_ limits: KeyStoreLimits) throws(APIError) {
        guard bytes <= max(limits.userBytes, before.bytes), objects <= max(limits.userObjects, before.objects) else {
            throw APIError(.quotaExceeded, "The quota is used up: delete something first.")
        }
    }

    func store(of user: UserID, in db: Database) throws {
        try db.executeCached(
            sql: "UPDATE stores SET bytes = ?, objects = ?, cursor = ? WHERE user_id = ?",
            arguments: [bytes, objects, Int64(clamping: cursor), user.rawValue])
    }
}
