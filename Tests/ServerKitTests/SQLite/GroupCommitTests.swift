import CloudMLSAPI
import Foundation
import GRDB
import KeyHierarchy
import ServerKit
import Synchronization
import Testing

/// Writes that wait together share a transaction, and nothing else.
@Suite struct GroupCommitTests {
    private struct Refused: Error, Equatable {}

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isSet: Bool { value.withLock { $0 } }
        func set() { value.withLock { $0 = true } }
    }

    private let folder: TemporaryFolder
    private let database: SQLiteDatabase

    init() throws {
        folder = try TemporaryFolder()
        database = try SQLiteDatabase(
            folder: DataFolder(path: folder.dataFolder, exclusively: true),
            schema: DatabaseSchema(
                role: .keyStore,
                migrations: { migrator in
                    migrator.registerMigration("test") {
                        try $0.execute(sql: "CREATE TABLE rows (value INTEGER NOT NULL PRIMARY KEY) STRICT")
                    }
                }))
    }

    /// Runs writes that all wait before the first of them begins.
    /// - Returns: how each ended, in order.
    private func together(
        _ writes: [@Sendable (Database) throws -> Void]
    ) async throws -> [Outcome] {
        let gate = DispatchSemaphore(value: 0)
        let hasBegun = Flag()
        let database = database
        async let first: Void = database.write { _ in
            hasBegun.set()
            gate.wait()
        }
        while !hasBegun.isSet { await Task.yield() }
        let outcomes = Outcomes()
        await withTaskGroup { tasks in
            for (index, write) in writes.enumerated() {
                tasks.addTask {
                    var outcome = Outcome(error: nil)
                    do { try await database.write(write) } catch { outcome.error = error }
                    outcomes.set(outcome, at: index)
                }
                // One behind the other, so that their order is known.
                while database.waitingWrites != index + 1 { await Task.yield() }
            }
            gate.signal()
        }
        try await first
        return try writes.indices.map { index in try #require(outcomes.at(index)) }
    }

    /// How a write ended.
    private struct Outcome: Sendable {
        /// Nil where it was done.
        var error: (any Error)?
    }

    private final class Outcomes: Sendable {
        private let values = Mutex<[Int: Outcome]>([:])

        func set(_ outcome: Outcome, at index: Int) { values.withLock { $0[index] = outcome } }
        func at(_ index: Int) -> Outcome? { values.withLock { $0[index] } }
    }

    private func rows() async throws -> [Int] {
        try await database.read { try Int.fetchAll($0, sql: "SELECT value FROM rows ORDER BY value") }
    }

    private static func insert(_ value: Int) -> @Sendable (Database) throws -> Void {
        { try $0.execute(sql: "INSERT INTO rows (value) VALUES (?)", arguments: [value]) }
    }

    private func failed(_ outcome: Outcome) -> Bool { outcome.error != nil }

    @Test func aFailingWriteUndoesOnlyItself() async throws {
        let results = try await together([
            Self.insert(1),
            { db in
                try Self.insert(2)(db)
                throw Refused()
            },
            Self.insert(3),
            Self.insert(1),
            Self.insert(4),
        ])
        #expect(results.map(failed) == [false, true, false, true, false])
        #expect(results[1].error is Refused)
        #expect(results[3].error is DatabaseError)
        #expect(try await rows() == [1, 3, 4])
    }

    @Test func theyShareOneTransaction() async throws {
        let path = folder.dataFolder + "/data.sqlite"
        let results = try await together([
            Self.insert(1),
            { _ in
                // What another connection sees is what is committed.
                let committed = try DatabaseQueue(path: path).read {
                    try Int.fetchAll($0, sql: "SELECT value FROM rows")
                }
                guard committed.isEmpty else { throw Refused() }
            },
            { db in
                guard try Int.fetchAll(db, sql: "SELECT value FROM rows") == [1] else { throw Refused() }
            },
        ])
        #expect(results.map(failed) == [false, false, false])
    }

    @Test func oneThatTakesTheTransactionWithItLosesNothingOfTheOthers() async throws {
        let results = try await together([
            Self.insert(1),
            // As SQLite does by itself when the disk is full.
            { try $0.execute(sql: "INSERT OR ROLLBACK INTO rows (value) VALUES (1), (1)") },
            Self.insert(2),
        ])
        #expect(results.map(failed) == [false, true, false])
        #expect(try await rows() == [1, 2])
    }

    @Test func moreThanOneTransactionHoldsAreAllDone() async throws {
        let results = try await together((0..<150).map { Self.insert($0) })
        #expect(!results.contains(where: failed))
        #expect(try await rows() == Array(0..<150))
    }

    @Test func aDatabaseThatAnotherProcessLocksIsWaitedForOnce() async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.dataFolder + "/data.sqlite", configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let start = ContinuousClock.now
        let results = await withTaskGroup(of: Result<Void, any Error>.self) { tasks in
            for value in 0..<8 {
                tasks.addTask { [database] in
                    do {
                        return .success(try await database.write(Self.insert(value)))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        // The first may have gone ahead alone: two times the five seconds that a lock is waited for, not eight times.
        #expect(ContinuousClock.now - start < .seconds(20))
        for result in results {
            #expect(throws: APIError(.unavailable, "")) { try result.get() }
        }
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try await database.write(Self.insert(9))
        #expect(try await rows() == [9])
    }
}
