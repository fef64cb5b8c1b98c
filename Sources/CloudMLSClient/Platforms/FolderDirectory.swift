#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// An open directory. Everything below it is reached through its descriptor by a single name that is never followed
/// when it is a symbolic link, so that whoever can write into a shared folder cannot lead us out of it.
final class FolderDirectory {
    struct Content {
        var bytes: [UInt8]
        /// Milliseconds since 1970 when the file was last changed.
        var modified: UInt64
    }

    private let descriptor: Int32
    /// For messages to people.
    private let shown: String

    /// - Throws: `PlatformError.Code.unavailable` where there is no such directory.
    convenience init(path: String) throws(PlatformError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("cannot open the shared folder \(path)", errno) }
        self.init(descriptor: descriptor, shown: path)
    }

    private init(descriptor: Int32, shown: String) {
        self.descriptor = descriptor
        self.shown = shown
    }

    deinit { close(descriptor) }

    func existingSubdirectory(_ name: String) throws(PlatformError) -> FolderDirectory? {
        let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if child < 0, errno == ENOENT { return nil }
        guard child >= 0 else { throw Self.failure("cannot open \(shown)/\(name)", errno) }
        return FolderDirectory(descriptor: child, shown: "\(shown)/\(name)")
    }

    func subdirectory(_ name: String, create: Bool) throws(PlatformError) -> FolderDirectory {
        if let directory = try existingSubdirectory(name) { return directory }
        if create {
            guard mkdirat(descriptor, name, 0o777) == 0 || errno == EEXIST else {
                throw Self.failure("cannot make \(shown)/\(name)", errno)
            }
            _ = fsync(descriptor)
        }
        guard let directory = try existingSubdirectory(name) else {
            throw PlatformError(.unavailable, "there is no \(shown)/\(name)")
        }
        return directory
    }

    /// The names in the directory that are UTF-8, in no order.
    func entries() throws(PlatformError) -> [String] {
        // Through "." and not a duplicate: duplicates share the position of the first one.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0, let stream = fdopendir(own) else {
            let reason = errno
            if own >= 0 { close(own) }
            throw Self.failure("cannot list \(shown)", reason)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(validatingCString: $0)
                }
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Nil for what is not a regular file of at most `limit` bytes, or cannot be read now.
    func read(_ name: String, atMost limit: Int) -> Content? {
        // Without O_NONBLOCK, opening a FIFO that somebody put there would wait for ever.
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= 0,
            status.st_size <= limit
        else { return nil }
        let size = Int(status.st_size)
        // One byte more than the file had: it may grow while it is read.
        var bytes = [UInt8](repeating: 0, count: size + 1)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                #if canImport(Darwin)
                    Darwin.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                #else
                    Glibc.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                #endif
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { return nil }
            if read == 0 { break }
            count += read
        }
        guard count == size else { return nil }
        return Content(bytes: Array(bytes.prefix(count)), modified: Self.milliseconds(status))
    }

    /// Writes a new file that appears under its name complete and durable, or not at all.
    func write(_ bytes: [UInt8], to name: String) throws(PlatformError) {
        do {
            let file = try NewFile(name, in: descriptor, temporary: "." + name + ".tmp", mode: 0o666)
            try file.write(bytes)
            try file.finish()
        } catch {
            throw Self.failure("cannot write into \(shown)", error.number)
        }
    }

    private static func milliseconds(_ status: stat) -> UInt64 {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        let seconds = UInt64(clamping: time.tv_sec).multipliedReportingOverflow(by: 1_000)
        return seconds.overflow ? .max : seconds.partialValue &+ UInt64(clamping: time.tv_nsec / 1_000_000)
    }

    private static func failure(_ what: String, _ reason: Int32) -> PlatformError {
        let unavailable = [ENOENT, ENOTDIR, ENODEV, ENXIO].contains(reason)
        return PlatformError(unavailable ? .unavailable : .refused, "\(what): \(String(cString: strerror(reason)))")
    }
}
