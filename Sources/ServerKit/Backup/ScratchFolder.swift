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
        path = "\(FileSystem.folder(of: file))/.\(FileSystem.name(of: file)).scratch"
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw FileSystem.failure("make the scratch folder", path) }
        // A link or somebody else's folder is refused: what goes in holds the server's identity.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.failure("open the scratch folder", path) }
        self.descriptor = descriptor
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StartupError(.inUse, "Another command looks at \(file) at this moment. Try again when it is done.")
        }
        guard FileSystem.status(of: descriptor)?.owner == geteuid() else {
            close(descriptor)
            throw StartupError(.cannotCreate, "The scratch folder \(path) belongs to somebody else: remove it.")
        }
        for name in FileSystem.names(in: path) { unlink("\(path)/\(name)") }
        TemporaryFiles.add(path)
    }

    deinit {
        Self.remove(path)
        TemporaryFiles.forget(path)
        close(descriptor)
    }

    static func remove(_ path: String) {
        for name in FileSystem.names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}
