import GRDB

/// Opens database files for commands, apart from `SQLiteDatabase`, which serves.
enum DatabaseFile {
    /// The database of a data folder, beside a running server or without one. Nothing is written but what SQLite itself
    /// folds from the journal into the file.
    static func openSource(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA query_only = ON") }
        return try open(path, configuration)
    }

    /// A file that is only read.
    static func openReadOnly(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try open(path, configuration)
    }

    /// A copy that nobody else knows yet, without a journal beside it: whoever is interrupted throws it away.
    static func openCopy(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = MEMORY")
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return try open(path, configuration)
    }

    private static func open(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try DatabaseInterruption.current?.add(queue)
        return queue
    }

    /// Throws `damaged` where the database contradicts itself.
    static func checkIntegrity(_ db: Database, subject: String) throws {
        let lines = try String.fetchAll(db, sql: "PRAGMA integrity_check(5)")
        guard lines == ["ok"] else {
            throw StartupError(.damaged, "\(subject) is damaged: \(lines.joined(separator: "; ")).")
        }
        if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
            throw StartupError(
                .damaged, "\(subject) is damaged: a row of \(row["table"] as String) belongs to nothing.")
        }
    }

    /// Runs something on a file, and says what SQLite's errors mean.
    static func naming<Value>(_ subject: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_INTERRUPT: throw CancellationError()
            case .SQLITE_NOTADB:
                throw StartupError(
                    .dataFolderOfAnotherVersion, "\(subject) is not a database, or its start is damaged.")
            case .SQLITE_CORRUPT:
                throw StartupError(.damaged, "\(subject) is damaged or truncated.")
            case .SQLITE_FULL:
                throw StartupError(.cannotCreate, "The disk is full. \(subject) was not changed.")
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                throw StartupError(.inUse, "\(subject) is in use: try again.")
            default:
                throw StartupError(
                    .cannotCreate, "Cannot use \(Self.lowerCased(subject)): \(error.message ?? "\(error)").")
            }
        }
    }

    private static func lowerCased(_ subject: String) -> String {
        subject.hasPrefix("The ") ? "the " + subject.dropFirst(4) : subject
    }
}
