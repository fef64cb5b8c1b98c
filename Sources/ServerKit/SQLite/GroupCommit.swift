import GRDB
import Synchronization

/// Lets writes that wait at the same time share one transaction, and with it the sync that makes it durable: a disk does
/// a few hundred syncs a second, whatever they carry.
///
/// Each write has a savepoint of its own, so that one that fails undoes nothing but itself. Nobody is answered, neither
/// with a value nor with an error, before the transaction is committed: until then even a refusal may rest on what
/// another write of the group did.
final class GroupCommit: Sendable {
    /// A write that waits: what it does, and whom it answers.
    struct Waiting: Sendable {
        /// Runs the write inside a transaction, and gives what answers its caller once that is committed. May be run
        /// again where the transaction came to nothing.
        let attempt: @Sendable (Database) throws -> Answer
        let fail: @Sendable (any Error) -> Void
    }

    typealias Answer = @Sendable () -> Void

    /// Writes of one transaction. The first has to wait for the last.
    static let maximumSize = 64

    private struct State {
        var waiting: [Waiting] = []
        /// Whether the database will come to ask for what waits.
        var isScheduled = false
    }

    private let state = Mutex(State())

    /// Puts a write at the end of the line.
    /// - Parameter writer: whose only connection that writes does the work. Writes that do not go through this line get
    ///   their turn between two transactions.
    func add(_ write: Waiting, to writer: any DatabaseWriter) {
        let mustSchedule = state.withLock { state in
            state.waiting.append(write)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { schedule(on: writer) }
    }

    /// How many writes wait for the next transaction.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    private func schedule(on writer: any DatabaseWriter) {
        writer.asyncWriteWithoutTransaction { db in
            self.commitGroup(in: db)
            let isMoreWaiting = self.state.withLock { state in
                state.isScheduled = !state.waiting.isEmpty
                return state.isScheduled
            }
            if isMoreWaiting { self.schedule(on: writer) }
        }
    }

    private func commitGroup(in db: Database) {
        let group = takeGroup()
        var answers: [Answer] = []
        var hasBegun = false
        do {
            try db.inTransaction(.immediate) {
                hasBegun = true
                for write in group { answers.append(try Self.run(write, isAlone: group.count == 1, in: db)) }
                return .commit
            }
        } catch {
            // Where another process keeps the database locked, waiting for it once is enough.
            if group.count > 1, hasBegun { return commitOneByOne(group, in: db) }
            for write in group { write.fail(error) }
            return
        }
        for answer in answers { answer() }
    }

    private func takeGroup() -> [Waiting] {
        state.withLock { state in
            defer { state.waiting.removeFirst(min(Self.maximumSize, state.waiting.count)) }
            return Array(state.waiting.prefix(Self.maximumSize))
        }
    }

    /// Runs a write of a group.
    /// - Returns: its answer, which is an error where it failed alone.
    /// - Throws: where it took the whole transaction with it, as SQLite does when the disk is full.
    private static func run(_ write: Waiting, isAlone: Bool, in db: Database) throws -> Answer {
        if isAlone { return try write.attempt(db) }
        do {
            var answer: Answer?
            try db.inSavepoint {
                answer = try write.attempt(db)
                return .commit
            }
            return answer ?? {}
        } catch  where db.isInsideTransaction {
            return { write.fail(error) }
        }
    }

    /// What none of a group could have together, each gets or misses alone.
    private func commitOneByOne(_ group: [Waiting], in db: Database) {
        for write in group {
            var answer: Answer = {}
            do {
                try db.inTransaction(.immediate) {
                    answer = try write.attempt(db)
                    return .commit
                }
                answer()
            } catch {
                write.fail(error)
            }
        }
    }
}
