import Foundation

/// A file that is written beside its place, and put there only when it is complete and on the disk: whatever ends the process
/// leaves the file that was there before or the new one, never half of one.
final class NewFile {
    /// Why the system did not do it.
    struct Failure: Error {
        let number: Int32

        /// Of the call that just failed.
        init(_ number: Int32 = errno) { self.number = number }

        /// In the system's words.
        var reason: String { String(cString: strerror(number)) }
    }

    private let name: String
    private let temporary: String
    private let directory: Int32
    private let ownsDirectory: Bool
    private var file: Int32 = -1

    /// - Parameters:
    ///   - directory: a descriptor, which stays open as long as this lives.
    ///   - temporary: what the file is called until it is complete; there is none of that name.
    ///   - mode: who may read it, before the process's mask.
    init(_ name: String, in directory: Int32, temporary: String, mode: mode_t) throws(Failure) {
        self.name = name
        self.temporary = temporary
        self.directory = directory
        ownsDirectory = false
        try begin(mode)
    }

    /// In place of `path`, by way of `path.new`; only its owner can read it. What an earlier run left of that is removed.
    init(replacing path: String) throws(Failure) {
        let slash = path.lastIndex(of: "/")
        name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        temporary = name + ".new"
        directory = open(slash.map { String(path[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        ownsDirectory = true
        guard directory >= 0 else { throw Failure() }
        unlinkat(directory, temporary, 0)
        try begin(0o600)
    }

    deinit {
        if file >= 0 {
            close(file)
            unlinkat(directory, temporary, 0)
        }
        if ownsDirectory, directory >= 0 { close(directory) }
    }

    private func begin(_ mode: mode_t) throws(Failure) {
        file = openat(directory, temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw Failure() }
    }

    /// Adds bytes at its end.
    func write(_ bytes: [UInt8]) throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure() }
            written += count
        }
    }

    /// Puts it in its place; nothing can be written afterwards.
    func finish() throws(Failure) {
        guard fsync(file) == 0, renameat(directory, temporary, directory, name) == 0 else { throw Failure() }
        close(file)
        file = -1
        // The name is in the directory, which reaches the disk by itself no sooner than it likes. There are file systems that
        // cannot be asked for that.
        guard fsync(directory) == 0 || errno == EINVAL else { throw Failure() }
    }
}
