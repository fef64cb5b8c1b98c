import GRDB

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Writes a backup of a data folder's database, beside a running server or without one.
///
/// The file is a database of its own: one consistent state, with the server's identity. It is written as `<file>.new`,
/// verified, and renamed: whenever it is cut short, there is either the backup that was there before, or the new one.
package struct BackupWriter: Sendable {
    /// What is being done, for people who wait.
    package enum Step: String, Sendable {
        case checking = "checking the database"
        case copying = "copying it"
        case verifying = "verifying the copy"
    }

    private let schema: DatabaseSchema
    private let clock: ServerClock

    package init(_ schema: DatabaseSchema, clock: ServerClock = .system) {
        self.schema = schema
        self.clock = clock
    }

    /// - Parameters:
    ///   - replacing: whether the file may be there already.
    ///   - onStep: called before each step.
    /// - Throws: `damaged` where the database or the copy is; the file that was there stays in any case.
    package func write(
        _ folder: DataFolder, to file: String, replacing: Bool, onStep: (Step) -> Void = { _ in }
    ) throws -> BackupReport {
        guard FileSystem.status(FileSystem.folder(of: file))?.identity != FileSystem.status(folder.path)?.identity
        else {
            throw StartupError(
                .cannotCreate,
                "\(file) is in the data folder itself, where it would be lost with it. Give another place.")
        }
        try checkTarget(file, replacing: replacing)
        let new = try PartialFile("\(file).new")
        let subject = "The database \(folder.databasePath)"
        try DatabaseFile.naming(subject) {
            onStep(.checking)
            let source = try DatabaseFile.openSource(folder.databasePath)
            try source.read { db in
                try schema.checkFormat(in: db, subject: subject)
                // A copy of a damaged database may well look sound: VACUUM makes new indexes from what it can read.
                try DatabaseFile.checkIntegrity(db, subject: subject)
            }
            onStep(.copying)
            try source.vacuum(into: new.path)
            try source.close()
        }
        let now = clock.now
        try DatabaseFile.naming("The file \(new.path)") {
            let copy = try DatabaseFile.openCopy(new.path)
            try copy.write { try BackupStamp.write(into: $0, now: now) }
            try copy.close()
        }
        try FileSystem.sync(new.path)
        onStep(.verifying)
        let report = try BackupVerification(schema).verify(new.path)
        try checkTarget(file, replacing: replacing)
        try new.become(file)
        // The backup is made, even where the disk of the data folder is too full to remember it.
        try? BackupRecord(created: now, file: FileSystem.absolute(file)).write(in: folder)
        return report
    }

    private func checkTarget(_ file: String, replacing: Bool) throws(StartupError) {
        guard replacing || !FileSystem.exists(file) else {
            throw StartupError(.cannotCreate, "\(file) is there already: give another name, or --force to replace it.")
        }
        guard FileSystem.status(file)?.isRegularFile != false else {
            throw StartupError(.cannotCreate, "\(file) is not a file that could be replaced.")
        }
    }
}

/// A file under construction: empty, for its owner's eyes only, one program's at a time, and gone unless it is kept.
private final class PartialFile {
    let path: String
    private let descriptor: Int32
    private var isKept = false

    init(_ path: String) throws(StartupError) {
        descriptor = try TemporaryFiles.making(path) { () throws(StartupError) in try Self.open(path) }
        self.path = path
        // A journal that a killed program left would be applied to the new file.
        unlink("\(path)-journal")
    }

    private static func open(_ path: String) throws(StartupError) -> Int32 {
        let descriptor = FileSystem.openPrivate(path)
        guard descriptor >= 0 else { throw FileSystem.failure("write", path) }
        // Somebody who had the lock before may have renamed the file in the meantime.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, let status = FileSystem.status(of: descriptor),
            FileSystem.status(path)?.identity == status.identity
        else {
            close(descriptor)
            throw StartupError(.inUse, "Another backup to this file is being written. Try again when it is done.")
        }
        guard status.permissions & 0o077 == 0 || fchmod(descriptor, 0o600) == 0, ftruncate(descriptor, 0) == 0 else {
            close(descriptor)
            throw FileSystem.failure("take for this user alone", path)
        }
        return descriptor
    }

    /// Gives the file, which is whole and on the disk, its name.
    func become(_ file: String) throws(StartupError) {
        // Under the old name there may be another program's by then.
        defer { isKept = FileSystem.status(path)?.identity != FileSystem.status(of: descriptor)?.identity }
        try FileSystem.putInPlace(path, of: file)
    }

    deinit {
        if !isKept { unlink(path) }
        unlink("\(path)-journal")
        TemporaryFiles.forget(path)
        close(descriptor)
    }
}
