#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

// Through whichever of these the compiler takes the C library's `stat` to come from.
#if canImport(CDispatch)
    import CDispatch
#endif
#if canImport(CoreFoundation)
    import CoreFoundation
#endif

/// What a server needs of the file system, with errors that name the file.
enum FileSystem {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func status(_ path: String) -> FileStatus? {
        var status = stat()
        return stat(path, &status) == 0 ? FileStatus(status) : nil
    }

    /// In bytes; `noInput` where there is no file.
    static func size(_ path: String) throws(StartupError) -> UInt64 {
        guard let status = status(path) else { throw StartupError(.noInput, "There is no file \(path).") }
        return status.size
    }

    static func status(of descriptor: Int32) -> FileStatus? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileStatus(status) : nil
    }

    /// The text of a small file; nil where there is none.
    static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// The folder that a file is in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A path from the root on, for those who work in another folder.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return "\(String(cString: current))/\(path)"
    }

    /// The last part of a path.
    static func name(of path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }

    /// The names in a folder, sorted; none where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// A descriptor of a file that is made, for its owner alone, where it is not there; never of one that a link leads
    /// to; negative where that cannot be.
    static func openPrivate(_ path: String) -> Int32 { open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600) }

    /// A descriptor of a folder, never of one that a link leads to; negative where there is none.
    static func openFolder(_ path: String) -> Int32 { open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }

    /// Waits until a file's content is on the disk.
    static func sync(_ path: String) throws(StartupError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    /// Waits until what was made, renamed or removed in a folder is on the disk. Some file systems have no such
    /// request (EINVAL): they are as safe as they are.
    static func syncFolder(_ path: String) throws(StartupError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("write", path) }
    }

    /// Gives a file that is whole and on the disk its name, in place of whatever has that name, and waits until that is on
    /// the disk too: after a power cut there is the old file or the new one.
    static func putInPlace(_ new: String, of target: String) throws(StartupError) {
        try rename(new, to: target)
        try syncFolder(folder(of: target))
    }

    static func rename(_ old: String, to new: String) throws(StartupError) {
        #if canImport(Darwin)
            let result = Darwin.rename(old, new)
        #elseif canImport(Musl)
            let result = Musl.rename(old, new)
        #else
            let result = Glibc.rename(old, new)
        #endif
        guard result == 0 else { throw failure("write", new) }
    }

    /// Removes a file. Nothing happens where there is none.
    static func remove(_ path: String) { unlink(path) }

    static func failure(_ verb: String, _ path: String) -> StartupError {
        StartupError(.cannotCreate, "Cannot \(verb) \(path): \(String(cString: strerror(errno))).")
    }
}

/// What the system knows about a file.
struct FileStatus: Equatable {
    /// In bytes.
    var size: UInt64
    var owner: UInt32
    var group: UInt32
    /// The nine permission bits.
    var permissions: UInt32
    var isRegularFile: Bool
    /// Together they tell whether two paths are one file.
    var identity: [UInt64]

    fileprivate init(_ status: stat) {
        size = UInt64(clamping: status.st_size)
        owner = status.st_uid
        group = status.st_gid
        permissions = UInt32(status.st_mode) & 0o777
        isRegularFile = status.st_mode & S_IFMT == S_IFREG
        identity = [UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino)]
    }
}
