import CloudMLSAPI

/// A restored database that was prepared and has yet to take its place.
///
/// The old database is up to three files (SQLite applies a journal of that name to whatever database it stands beside),
/// and no file system exchanges several at once. So the new one is prepared under a name of its own; from the moment on
/// at which it has that name the restore counts as done, and whoever opens the folder next carries it through, as often
/// as it takes.
struct PendingRestore {
    private static let preparing = "data.sqlite.restoring"
    private static let prepared = "data.sqlite.restored-"

    private let folder: String
    private let time: String

    /// The restore that waits in a folder, if one does.
    init?(in folder: String) {
        guard let name = FileSystem.names(in: folder).first(where: { $0.hasPrefix(Self.prepared) }) else { return nil }
        self.folder = folder
        time = String(name.dropFirst(Self.prepared.count))
    }

    /// Where to prepare a database, once `removeUnfinished` has run.
    static func preparationPath(in folder: String) -> String { "\(folder)/\(preparing)" }

    /// Removes what a restore left that was cut short before it counted.
    static func removeUnfinished(in folder: String) {
        for name in FileSystem.names(in: folder) where name.hasPrefix(preparing) {
            FileSystem.remove("\(folder)/\(name)")
        }
    }

    /// The step that counts: the file at `preparationPath` is whole and on the disk.
    static func commit(in folder: String, now: UInt64) throws(StartupError) -> PendingRestore {
        let base = UTCTime(now).compact
        var pending = PendingRestore(folder: folder, time: base)
        var number = 1
        while FileSystem.exists(pending.asidePath) {
            number += 1
            pending = PendingRestore(folder: folder, time: "\(base)-\(number)")
        }
        try FileSystem.putInPlace(preparationPath(in: folder), of: pending.preparedPath)
        return pending
    }

    /// Moves the old database aside with its journal, and the new one into its place. Can be cut short and run again.
    /// - Returns: where the old database is kept; nil where there was none.
    @discardableResult
    func finish() throws(StartupError) -> String? {
        let database = "\(folder)/data.sqlite"
        for suffix in ["", "-wal"] where FileSystem.exists(database + suffix) {
            try FileSystem.rename(database + suffix, to: asidePath + suffix)
        }
        FileSystem.remove(database + "-shm")
        // The server that did not end in order had the other database.
        FileSystem.remove("\(folder)/\(DataFolder.runningName)")
        FileSystem.remove(database + "-journal")
        // Only now: a journal that comes back after a power cut would be applied to the new database.
        try FileSystem.syncFolder(folder)
        try FileSystem.putInPlace(preparedPath, of: database)
        return FileSystem.exists(asidePath) ? asidePath : nil
    }

    private init(folder: String, time: String) {
        self.folder = folder
        self.time = time
    }

    private var preparedPath: String { "\(folder)/\(Self.prepared)\(time)" }
    private var asidePath: String { "\(folder)/data.sqlite.before-restore-\(time)" }
}
