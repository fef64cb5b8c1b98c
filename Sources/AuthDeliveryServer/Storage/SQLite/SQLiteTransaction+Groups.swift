import GRDB
import ServerKit

extension SQLiteTransaction {
    func group(_ groupID: [UInt8]) throws -> StoredGroup? {
        try first("SELECT * FROM mls_groups WHERE group_id = ?", [groupID.blob]).map(Self.group)
    }

    func insertGroup(
        _ groupID: [UInt8], creator: AccountID, cipherSuite: UInt16, at time: UInt64
    ) throws -> StoredGroup {
        try run(
            """
            INSERT INTO mls_groups (group_id, creator_id, cipher_suite, epoch, sequence, created) VALUES (?, ?, ?, 0, 0, ?)
            """, [groupID.blob, creator.rawValue, cipherSuite, time.stored])
        return StoredGroup(
            id: GroupRowID(database.lastInsertedRowID), groupID: groupID, creator: creator, cipherSuite: cipherSuite,
            epoch: 0, sequence: 0, stamp: nil)
    }

    func groupCount(createdBy account: AccountID) throws -> Int {
        Int(try integer("SELECT COUNT(*) FROM mls_groups WHERE creator_id = ?", [account.rawValue]))
    }

    func updateGroup(_ group: StoredGroup) throws {
        try run(
            "UPDATE mls_groups SET epoch = ?, sequence = ?, stamp = ? WHERE id = ?",
            [group.epoch.stored, group.sequence.stored, group.stamp?.stored, group.id.rawValue])
    }

    func groupID(of group: GroupRowID) throws -> [UInt8]? {
        try first("SELECT group_id FROM mls_groups WHERE id = ?", [group.rawValue]).map { $0.bytes("group_id") }
    }

    static func group(_ row: Row) -> StoredGroup {
        StoredGroup(
            id: GroupRowID(row["id"]), groupID: row.bytes("group_id"), creator: AccountID(row["creator_id"]),
            cipherSuite: row["cipher_suite"], epoch: row.unsigned("epoch"),
            sequence: row.unsigned("sequence"), stamp: (row["stamp"] as Int64?).map(UInt64.init(clamping:)))
    }
}
