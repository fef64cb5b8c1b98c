import CloudMLSAPI
import Crypto
import Foundation
import MLSCodec

/// A folder of the user's that holds the session and what the device remembers, for one process at a time.
///
/// Its files can be read by their owner only: who reads the `session` file reads everything.
public actor ClientFolder: SessionStorage, LocalState {
    private let path: String
    private let lock: Int32

    /// Opens the folder, or makes it, and holds its lock until the object goes.
    ///
    /// - Throws: `ClientError` with `inUse` while another process has it, or `localStorage`.
    public init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/state", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ClientError(
                .localStorage, "The folder \(path) cannot be made.", hint: "Check who may write there.")
        }
        let descriptor = open("\(path)/lock", O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open", "\(path)/lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            close(descriptor)
            guard isHeld else { throw Self.failure("lock", "\(path)/lock") }
            throw ClientError(
                .inUse, "Another process uses \(path).",
                hint: "Wait until it is done, or give this one a folder of its own.")
        }
        lock = descriptor
        Self.removeLeftovers(in: path)
    }

    /// Removes what a process that was killed had begun to write; it may hold the session's keys.
    private static func removeLeftovers(in path: String) {
        unlink("\(path)/session.new")
        // No finished file has a dot in its name.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path + "/state")) ?? []
        for file in files where file.hasSuffix(".new") { unlink("\(path)/state/\(file)") }
    }

    deinit { close(lock) }

    public func loadSession() throws -> StoredSession? {
        try load("session").map { bytes in try StoredSession(decoding: bytes) }
    }

    public func saveSession(_ session: StoredSession) throws {
        try save("session", session.encoded)
    }

    public func removeSession() throws {
        try remove("session.new")
        try remove("session")
    }

    package func read(_ name: String) throws -> [UInt8]? {
        try load(Self.fileName(name))
    }

    package func write(_ name: String, _ body: [UInt8]?) throws {
        if let body {
            try save(Self.fileName(name), body)
        } else {
            try remove(Self.fileName(name))
        }
    }

    package func names(beginningWith prefix: String) throws -> [String] {
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: path + "/state")
        } catch {
            throw ClientError(.localStorage, "Could not read \(path)/state.", hint: "Check the disk and the rights.")
        }
        return files.compactMap { Self.name(ofFile: $0) }.filter { $0.hasPrefix(prefix) }
    }

    /// What `fileName` was given; nil for a name that was too long for a file.
    private static func name(ofFile file: String) -> String? {
        PercentEncoding.decode(file).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// A file for each name, also where the file system takes capital and small letters for the same. A name too long for a
    /// file has its SHA-256 in its place, after `%long-`.
    private static func fileName(_ name: String) -> String {
        let file = PercentEncoding.encode(name.utf8, keeping: PercentEncoding.isPlainInFileNames)
        // File systems take 255 bytes, and `.new` comes after it while it is written.
        guard file.utf8.count <= 250 else { return "state/%long-" + Array(SHA256.hash(data: Array(name.utf8))).hex }
        return "state/" + file
    }

    private func load(_ name: String) throws -> [UInt8]? {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("read", "\(path)/\(name)")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("read", "\(path)/\(name)") }
        guard status.st_mode & 0o077 == 0 else {
            throw ClientError(
                .localStorage, "Other users of this machine may read \(path)/\(name).",
                hint: "Run `chmod 600` on it; if somebody may have read it, change your password.")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("read", "\(path)/\(name)") }
            bytes += buffer[..<count]
        }
    }

    private func save(_ name: String, _ bytes: [UInt8]) throws {
        let target = "\(path)/\(name)"
        do {
            let file = try NewFile(replacing: target)
            try file.write(bytes)
            try file.finish()
        } catch {
            throw Self.failure("write", target, error.number)
        }
    }

    private func remove(_ name: String) throws {
        let target = "\(path)/\(name)"
        guard unlink(target) == 0 || errno == ENOENT else { throw Self.failure("remove", target) }
        try syncFolder(of: target)
    }

    /// Makes a removal durable.
    private func syncFolder(of target: String) throws {
        let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? path
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { throw Self.failure("write", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.failure("write", folder) }
    }

    private static func failure(_ what: String, _ path: String, _ number: Int32 = errno) -> ClientError {
        let reason = NewFile.Failure(number).reason
        return ClientError(
            .localStorage, "Could not \(what) \(path): \(reason).", hint: "Check the disk and the rights.")
    }
}
