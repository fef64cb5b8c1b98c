import CloudMLSAPI
package import GRDB
import KeyHierarchy

/// A server's database: one SQLite file in WAL mode, one writer and a few readers.
package final class SQLiteDatabase: Sendable {
    private let pool: DatabasePool
    private let lookUps: LookUpConnections
    private let groupCommit = GroupCommit()
    /// Whether what is in it can be trusted.
    package let health = ServerHealth()

    /// Opens the folder's database, brings it up to date, and refuses one that another version or the other server
    /// wrote.
    package init(folder: DataFolder, schema: DatabaseSchema) throws(StartupError) {
        try folder.makeDatabaseFile()
        let (role, migrator) = (schema.role, schema.migrator)
        do {
            pool = try DatabasePool(path: folder.databasePath, configuration: Self.configuration)
            try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL when it turns WAL on, which may lose the last answered writes in a power cut.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // In pages of 4 KiB. Until then they are only appended to the log: the longer that may become, the more
                // often one and the same page is changed before it is copied to its place.
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
            }
            try Self.checkFormat(pool, folder: folder, role: role, migrator: migrator)
            try migrator.migrate(pool)
            lookUps = try LookUpConnections(path: folder.databasePath, configuration: Self.configuration)
        } catch let error as StartupError {
            throw error
        } catch let error as DatabaseError where Self.isDamage(error) {
            throw folder.damaged(error.message ?? "\(error)")
        } catch {
            throw StartupError(.cannotCreate, "Cannot open \(folder.databasePath): \(error)")
        }
        guard (try? synchronousMode()) == 2 else {
            throw StartupError(.cannotCreate, "SQLite does not sync every write (PRAGMA synchronous is not FULL).")
        }
    }

    /// Reads one consistent state.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError {
            throw answer(to: error)
        }
    }

    /// Reads with statements that touch a few rows: such as the session of a request, or one object. It runs on the thread
    /// that asks: going to another one and back takes several times as long as such a read does. Each statement sees a
    /// state of its own.
    package func lookUp<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try lookUps.read(body)
        } catch let error as DatabaseError {
            throw answer(to: error)
        }
    }

    /// Runs one write, all or nothing; when it returns, what it wrote survives a power cut. Where `body` throws, nothing
    /// was written. Writes that wait at the same time share a sync (`GroupCommit`).
    /// - Parameter body: acts on the database alone: it may be run again after its transaction came to nothing.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            write { db in
                let value = try body(db)
                return { continuation.resume(returning: value) }
            } fail: {
                continuation.resume(throwing: $0)
            }
        }
    }

    /// Writes as the other function of this name does, for callers that are no task.
    /// - Parameters:
    ///   - attempt: acts on the database alone, as the body there does; gives what is called once that is durable.
    ///   - fail: called instead where it came to nothing. Both are called on the thread that writes, and this one on the
    ///     one that asks where nothing can be written.
    package func write(
        _ attempt: @escaping @Sendable (Database) throws -> @Sendable () -> Void,
        fail: @escaping @Sendable (any Error) -> Void
    ) {
        guard health.damage == nil else { return fail(APIError.databaseDamaged) }
        let write = GroupCommit.Waiting(
            attempt: attempt, fail: { [self] error in fail((error as? DatabaseError).map { answer(to: $0) } ?? error) })
        groupCommit.add(write, to: pool)
    }

    /// What clients are told when SQLite cannot. Nothing of it needs a restart to end, but for damage.
    private func answer(to error: DatabaseError) -> any Error {
        switch error.resultCode {
        case .SQLITE_FULL:
            health.reportFailure("the disk is full", error)
            return APIError(.quotaExceeded, "The server's disk is full.")
        case .SQLITE_BUSY:
            return APIError(.unavailable, "The database is busy: try again.", retryAfter: 1)
        case .SQLITE_READONLY, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_PERM:
            health.reportFailure("the disk does not take or give data", error)
            return APIError(.unavailable, "The server cannot use its disk now; its log has the reason.", retryAfter: 30)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            health.reportDamage("\(error)")
            return APIError.databaseDamaged
        case .SQLITE_INTERRUPT:
            return CancellationError()
        default:
            return error
        }
    }

    private static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
    }

    /// How many writes wait for the transaction behind the one that is under way.
    package var waitingWrites: Int { groupCommit.waitingCount }

    /// `PRAGMA synchronous` of the connection that writes: 2 is FULL.
    package func synchronousMode() throws -> Int? {
        try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
    }

    /// Reads or writes while the server starts, when there is nobody to wait for.
    func setUp<Value>(_ body: (Database) throws -> Value) throws -> Value { try pool.write(body) }

    /// Folds the journal into the file, and closes all connections.
    package func close() throws {
        lookUps.close()
        _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try pool.close()
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            // In KiB where negative: a server at home serves a family, and should not take more memory than that needs.
            try db.execute(sql: "PRAGMA cache_size = -1024")
            // What was deleted is gone from the file, as far as that costs no writes of its own.
            try db.execute(sql: "PRAGMA secure_delete = FAST")
        }
        return configuration
    }

    private static func checkFormat(
        _ pool: DatabasePool, folder: DataFolder, role: ServerRole, migrator: DatabaseMigrator
    ) throws {
        try pool.writeWithoutTransaction { db in
            let format = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            let owner = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let isNew = try format == 0 && owner == 0 && !db.tableExists("grdb_migrations")
            if isNew {
                try db.execute(sql: "PRAGMA application_id = \(role.applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(DataFolderFormat.current)")
                return
            }
            guard owner == role.applicationID else {
                throw StartupError(
                    .dataFolderOfAnotherVersion,
                    "The data folder \(folder.path) is not one of \(role.programName). Give another --data.")
            }
            guard try format == DataFolderFormat.current && !migrator.hasBeenSuperseded(db) else {
                throw StartupError(
                    .dataFolderOfAnotherVersion,
                    """
                    The data folder \(folder.path) was written by another version of \(role.programName) (format \
                    \(format), this one writes \(DataFolderFormat.current)). Use that version, or give another --data.
                    """)
            }
        }
    }
}

/// The version of a data folder, held in the database's `user_version`. It rises only where a migration cannot bridge
/// two versions.
package enum DataFolderFormat {
    package static let current = 1
}

extension ServerRole {
    /// `application_id` in the database's header, so that neither server opens the other's: `CMKS` or `CMAD` in ASCII.
    var applicationID: Int {
        switch self {
        case .keyStore: 0x434d_4b53
        case .authDelivery: 0x434d_4144
        }
    }
}
