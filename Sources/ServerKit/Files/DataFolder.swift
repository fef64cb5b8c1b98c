import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The folder that holds a server's database, for its owner's eyes only.
///
/// While a server runs it holds a lock on the folder, so that a second one refuses to start: both would believe to be
/// the only writer of what they keep in memory.
package final class DataFolder: Sendable {
    package let path: String
    /// The open lock file; nil where the lock is not held.
    private let lock: Mutex<Int32?>
    /// The folder itself, locked: shared by the commands that work beside a server, exclusively by one that exchanges
    /// the database, so that it is never exchanged while a command has it open.
    private let commandLock: Mutex<Int32?>

    /// Opens the folder, and makes it and its parents where they are not there.
    /// - Parameter exclusively: whether to take the lock; `invite` and its like work beside a running server.
    package init(path: String, exclusively: Bool) throws(StartupError) {
        self.path = path
        try Self.makeFolders(path)
        guard exclusively else {
            lock = Mutex(nil)
            commandLock = Mutex(try Self.lockFolder(path, LOCK_SH))
            guard PendingRestore(in: path) == nil else {
                throw StartupError(
                    .inUse, "A restore was interrupted in \(path). Start the server, which finishes it; then try again."
                )
            }
            return
        }
        commandLock = Mutex(nil)
        let lockPath = "\(path)/lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Self.cannotWrite(lockPath, in: path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StartupError(
                .inUse, "Another server has the data folder \(path) open. Stop it, or give another --data.")
        }
        lock = Mutex(descriptor)
        Self.giveToOwner(of: path, descriptor)
        PendingRestore.removeUnfinished(in: path)
        if let restore = PendingRestore(in: path) {
            try lockOutCommands()
            try restore.finish()
            unlockCommands()
        }
    }

    /// Opens the folder of a server that has run, beside it.
    package convenience init(existing path: String) throws(StartupError) {
        guard access("\(path)/\(Self.databaseName)", F_OK) == 0 || PendingRestore(in: path) != nil else {
            throw StartupError(
                .noInput, "There is no data of a server in \(path): start the server once, or give --data.")
        }
        try self.init(path: path, exclusively: false)
    }

    deinit { unlock() }

    /// Lets another server have the folder.
    func unlock() {
        lock.withLock { Self.release(&$0) }
        unlockCommands()
    }

    /// Keeps commands away from the database, which is about to be exchanged; `inUse` while one has it open.
    func lockOutCommands() throws(StartupError) {
        let descriptor = try Self.lockFolder(path, LOCK_EX)
        commandLock.withLock { $0 = descriptor }
    }

    private func unlockCommands() {
        commandLock.withLock { Self.release(&$0) }
    }

    private static func release(_ lock: inout Int32?) {
        guard let descriptor = lock else { return }
        // Closing alone would not do while a process that was just forked has the descriptor too, until its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
        lock = nil
    }

    private static func lockFolder(_ path: String, _ mode: Int32) throws(StartupError) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StartupError(.cannotCreate, "Cannot open the data folder \(path): \(reason()).")
        }
        guard flock(descriptor, mode | LOCK_NB) == 0 else {
            close(descriptor)
            throw StartupError(.inUse, "Another command has the data folder \(path) open. Try again when it is done.")
        }
        return descriptor
    }

    /// Path of the database.
    package var databasePath: String { "\(path)/\(Self.databaseName)" }

    private static let databaseName = "data.sqlite"

    /// Writes a file that only its owner can read, in place of one of the same name, of which there is always a whole one.
    package func writePrivateFile(named name: String, _ text: String) throws(StartupError) {
        let target = "\(path)/\(name)"
        let temporary = "\(target).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StartupError(.cannotCreate, "Cannot write \(target): \(Self.reason()).")
        }
        defer { close(descriptor) }
        Self.giveToOwner(of: path, descriptor)
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw StartupError(.cannotCreate, "Cannot write \(target): \(Self.reason()).")
        }
        try FileSystem.putInPlace(temporary, of: target)
    }

    /// Makes an empty file that only the folder's owner can read; there must be none.
    func makePrivateFile(_ path: String) throws(StartupError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StartupError(.cannotCreate, "Cannot write \(path): \(Self.reason()).") }
        Self.giveToOwner(of: self.path, descriptor)
        close(descriptor)
    }

    /// What the system's administrator makes in the folder of a server must stay usable for the server.
    private static func giveToOwner(of folder: String, _ descriptor: Int32) {
        guard geteuid() == 0, let status = FileSystem.status(folder) else { return }
        _ = fchown(descriptor, status.owner, status.group)
    }

    /// Notes that a server runs from here on, and tells whether the one before it ended without `markStopped`: killed,
    /// or with the machine.
    func markRunning() throws(StartupError) -> Bool {
        let marker = "\(path)/\(Self.runningName)"
        guard !FileSystem.exists(marker) else { return true }
        try makePrivateFile(marker)
        try FileSystem.syncFolder(path)
        return false
    }

    /// Notes that the server ended in order.
    func markStopped() { removeFile(named: Self.runningName) }

    /// There while a server runs, and after one that did not end in order.
    static let runningName = "running"

    /// Removes a file. Nothing happens where there is none.
    package func removeFile(named name: String) { unlink("\(path)/\(name)") }

    /// Makes the database's file before SQLite does, so that it and the journals, which take over its permissions, are
    /// never readable by others.
    func makeDatabaseFile() throws(StartupError) {
        let descriptor = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, fchmod(descriptor, 0o600) == 0 else { throw Self.cannotWrite(databasePath, in: path) }
        close(descriptor)
    }

    private static func makeFolders(_ path: String) throws(StartupError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + part
            if mkdir(partial, index == parts.count - 1 ? 0o700 : 0o755) != 0, errno != EEXIST {
                throw StartupError(.cannotCreate, "Cannot make the data folder \(path): \(reason()).")
            }
        }
        guard chmod(path, 0o700) == 0 else {
            throw StartupError(.cannotCreate, "Cannot take the data folder \(path) for this user alone: \(reason()).")
        }
    }

    /// Why a file that a server needs cannot be written, and what helps, by `errno`.
    private static func cannotWrite(_ file: String, in folder: String) -> StartupError {
        let number = errno
        let advice =
            switch number {
            case EACCES, EPERM:
                " Folder and files must belong to the user that runs the server (chown), who must be able to write them: "
                    + "chmod u+w \(file)"
            case EROFS: " Its disk is mounted read-only: look after the disk, then mount it for writing."
            case ENOSPC: " Its disk is full: make room."
            default: ""
            }
        return StartupError(
            .cannotCreate,
            "Cannot write \(file) in the data folder \(folder): \(String(cString: strerror(number))).\(advice)")
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
