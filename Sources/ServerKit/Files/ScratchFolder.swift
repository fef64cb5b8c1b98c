#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A folder for its owner's eyes only, beside a file, that goes away with its last holder. What a killed program left
/// behind is removed by the next one that looks at the same file.
final class ScratchFolder: Sendable {
    let path: String
    private let descriptor: Int32

    init(beside file: String) throws(StartupError) {
        let path = "\(FileSystem.folder(of: file))/.\(FileSystem.name(of: file)).scratch"
        descriptor = try TemporaryFiles.making(path) { () throws(StartupError) in
            try Self.open(path, for: file)
        }
        self.path = path
        for name in FileSystem.names(in: path) { unlink("\(path)/\(name)") }
    }

    private static func open(_ path: String, for file: String) throws(StartupError) -> Int32 {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw FileSystem.failure("make the scratch folder", path) }
        // A link or somebody else's folder is refused: what goes in holds the server's identity.
        let descriptor = FileSystem.openFolder(path)
        guard descriptor >= 0 else { throw FileSystem.failure("open the scratch folder", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StartupError(.inUse, "Another command looks at \(file) at this moment. Try again when it is done.")
        }
        guard FileSystem.status(of: descriptor)?.owner == geteuid() else {
            close(descriptor)
            throw StartupError(.cannotCreate, "The scratch folder \(path) belongs to somebody else: remove it.")
        }
        return descriptor
    }

    deinit {
        Self.remove(path)
        TemporaryFiles.forget(path)
        close(descriptor)
    }

    /// False where something is still in it.
    @discardableResult
    static func remove(_ path: String) -> Bool {
        for name in FileSystem.names(in: path) { unlink("\(path)/\(name)") }
        return rmdir(path) == 0 || errno == ENOENT
    }
}
