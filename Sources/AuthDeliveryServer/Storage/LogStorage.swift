package import CloudMLSAPI

package protocol LogStorage {
    func insertLogEntry(_ entry: LogEntry, in group: GroupRowID) throws
    func logEntry(_ sequence: UInt64, in group: GroupRowID) throws -> LogEntry?
    /// The numbers of the entries after `sequence` up to `last`, without their messages.
    func logSequences(in group: GroupRowID, after sequence: UInt64, through last: UInt64, limit: Int) throws -> [UInt64]
    /// A proposal of an epoch by its hash.
    func proposal(_ hash: [UInt8], epoch: UInt64, in group: GroupRowID) throws -> LogEntry?
    func proposalCount(epoch: UInt64, in group: GroupRowID) throws -> Int
    /// Deletes entries that are in no inbox, and were accepted and last acknowledged before `time`.
    func deleteLogEntries(settledBefore time: UInt64) throws
}
