import Foundation
import KeyHierarchy
import MLSCodec

/// Writes an archive: to `<file>.new`, and in the file's place only when it is complete and on disk.
final class ArchiveWriter {
    private let path: String
    private var descriptor: Int32
    private var sealer: ArchiveSealer

    /// Begins the file with the header; only its owner can read it.
    init(path: String, header: ArchiveHeader, dataKey: DataKey) throws {
        self.path = path
        sealer = ArchiveSealer(header, dataKey: dataKey)
        unlink(path + ".new")
        descriptor = open(path + ".new", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw ArchiveFile.failure("write", path) }
        try write(frame: header.encoded)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(path + ".new")
    }

    func add(_ records: [ArchiveRecord], isLast: Bool = false) throws {
        try write(frame: try sealer.seal(records, isLast: isLast))
    }

    /// Puts the file in its place.
    func finish() throws {
        guard fsync(descriptor) == 0 else { throw ArchiveFile.failure("write", path) }
        close(descriptor)
        descriptor = -1
        guard rename(path + ".new", path) == 0 else {
            let failure = ArchiveFile.failure("write", path)
            unlink(path + ".new")
            throw failure
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let handle = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }

    private func write(frame: [UInt8]) throws {
        guard let count = UInt32(exactly: frame.count) else {
            throw ClientError(.tooLarge, "An object is too large for an archive.")
        }
        let bytes = count.encoded + frame
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ArchiveFile.failure("write", path) }
            written += count
        }
    }
}
