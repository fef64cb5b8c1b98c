import CloudMLSAPI
import Foundation
import GRDB
import ServerKit

extension SQLiteTransaction {
    func insertLogEntry(_ entry: LogEntry, in group: GroupRowID) throws {
        try run(
            """
            INSERT INTO log_entries
                (group_row, sequence, kind, epoch, hash, message, confirmation, identity_history, accepted, settled)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                group.rawValue, entry.sequence.stored, entry.kind.rawValue, entry.epoch.stored,
                entry.hash.array.blob, entry.message.array.blob, entry.confirmation?.array.blob,
                entry.identityHistory.stored, entry.accepted.stored, entry.accepted.stored,
            ])
    }

    func logEntry(_ sequence: UInt64, in group: GroupRowID) throws -> LogEntry? {
        try first("SELECT * FROM log_entries WHERE group_row = ? AND sequence = ?", [group.rawValue, sequence.stored])
            .map(Self.logEntry)
    }

    func logSequences(
        in group: GroupRowID, after sequence: UInt64, through last: UInt64, limit: Int
    ) throws -> [UInt64] {
        try all(
            """
            SELECT sequence FROM log_entries WHERE group_row = ? AND sequence > ? AND sequence <= ?
            ORDER BY sequence LIMIT ?
            """, [group.rawValue, sequence.stored, last.stored, limit]
        ).map { $0.unsigned("sequence") }
    }

    func proposal(_ hash: [UInt8], epoch: UInt64, in group: GroupRowID) throws -> LogEntry? {
        try first(
            "SELECT * FROM log_entries WHERE group_row = ? AND epoch = ? AND hash = ? AND kind = 'proposal'",
            [group.rawValue, epoch.stored, hash.blob]
        ).map(Self.logEntry)
    }

    func proposalCount(epoch: UInt64, in group: GroupRowID) throws -> Int {
        Int(
            try integer(
                "SELECT COUNT(*) FROM log_entries WHERE group_row = ? AND epoch = ? AND kind = 'proposal'",
                [group.rawValue, epoch.stored]))
    }

    func deleteLogEntries(settledBefore time: UInt64) throws {
        try run(
            """
            DELETE FROM log_entries WHERE settled < ? AND NOT EXISTS (
                SELECT 1 FROM inbox_entries
                WHERE inbox_entries.group_row = log_entries.group_row AND inbox_entries.sequence = log_entries.sequence)
            """, [time.stored])
    }

    private static func logEntry(_ row: Row) throws -> LogEntry {
        guard let kind = LogEntry.Kind(rawValue: row["kind"]) else { throw DamagedRow(table: "log_entries") }
        return LogEntry(
            sequence: row.unsigned("sequence"), kind: kind, epoch: row.unsigned("epoch"),
            hash: Bytes(row.bytes("hash")), message: Bytes(row.bytes("message")),
            confirmation: (row["confirmation"] as Data?).map { Bytes(Array($0)) },
            identityHistory: row.unsigned("identity_history"), accepted: row.unsigned("accepted"))
    }
}
