import GRDB
import Synchronization

/// Lets writes that wait at the same time share one transaction, and with it the sync that makes it durable: a disk does
/// a few hundred syncs a second, whatever they carry.
///
/// Where one of them fails, they are all undone and run again, each with a savepoint of its own, so that one that fails
/// undoes nothing but itself. That is not how they are run at first, since for each savepoint SQLite keeps copies of the
/// pages that are changed behind it. Nobody is answered, neither with a value nor with an error, before the transaction is
/// committed: until then even a refusal may rest on what another write of the group did.
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
        do {
            try Self.commit(group, in: db) { write in try write.attempt(db) }
        } catch let error as NotBegun {
            for write in group { write.fail(error.reason) }
        } catch {
            if group.count > 1 { commitApart(group, in: db) } else { group.first?.fail(error) }
        }
    }

    /// In one transaction, with a savepoint for each.
    private func commitApart(_ group: [Waiting], in db: Database) {
        do {
            try Self.commit(group, in: db) { write in try Self.runApart(write, in: db) }
        } catch let error as NotBegun {
            for write in group { write.fail(error.reason) }
        } catch {
            commitOneByOne(group, in: db)
        }
    }

    /// A transaction that could not begin. Where another process keeps the database locked, waiting for it once is enough.
    private struct NotBegun: Error {
        var reason: any Error
    }

    /// Runs all of a group in one transaction, and answers them once that is committed.
    private static func commit(
        _ group: [Waiting], in db: Database, run: (Waiting) throws -> Answer
    ) throws {
        var answers: [Answer] = []
        var hasBegun = false
        do {
            try db.inTransaction(.immediate) {
                hasBegun = true
                for write in group { answers.append(try run(write)) }
                return .commit
            }
        } catch {
            throw hasBegun ? error : NotBegun(reason: error)
        }
        for answer in answers { answer() }
    }

    private func takeGroup() -> [Waiting] {
        state.withLock { state in
            defer { state.waiting.removeFirst(min(Self.maximumSize, state.waiting.count)) }
            return Array(state.waiting.prefix(Self.maximumSize))
        }
    }

    /// Runs a write of a group in a savepoint.
    /// - Returns: its answer, which is an error where it failed alone.
    /// - Throws: where it took the whole transaction with it, as SQLite does when the disk is full.
    private static func runApart(_ write: Waiting, in db: Database) throws -> Answer {
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
