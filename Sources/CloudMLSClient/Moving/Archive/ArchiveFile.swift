import Foundation
import KeyHierarchy
import MLSCodec

/// Reads an archive from its beginning, one chunk in memory at a time.
final class ArchiveFile {
    let header: ArchiveHeader
    /// Bytes of the whole file.
    let size: Int
    private let path: String
    private let descriptor: Int32
    private var remaining: Int

    /// - Throws: `localStorage` where the file cannot be read, `notAuthentic` where it is no archive.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("read", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Self.failure("read", path)
        }
        size = Int(status.st_size)
        remaining = size
        do {
            var left = remaining
            let frame = try Self.frame(descriptor, path, &left)
            remaining = left
            guard let frame, frame.count <= 1 << 20, let header = try? ArchiveHeader(decoding: frame) else {
                throw Self.noArchive(path)
            }
            self.header = header
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Everything in the archive, record by record.
    ///
    /// - Throws: `notAuthentic` where a chunk was changed, moved, left out or cut off.
    func forEach(dataKey: DataKey, _ body: (ArchiveRecord) async throws -> Void) async throws {
        var opener = ArchiveOpener(header, dataKey: dataKey)
        var count = 0
        while let frame = try Self.frame(descriptor, path, &remaining) {
            do {
                for record in try opener.open(frame, isLast: remaining == 0) { try await body(record) }
            } catch let error as KeyHierarchyError {
                throw ClientError(
                    .notAuthentic, "\(path) is damaged, cut off, or not what was written: \(error).",
                    hint: "Use another copy of the archive.")
            }
            count += 1
        }
        guard count > 0 else { throw Self.noArchive(path) }
    }

    /// How many chunks there are, by their lengths alone.
    ///
    /// - Throws: `notAuthentic` where the file ends within one, or has none.
    func countFrames() throws -> Int {
        var count = 0
        while try Self.frame(descriptor, path, &remaining) != nil { count += 1 }
        guard count > 0 else { throw Self.noArchive(path) }
        return count
    }

    /// The key that the password opens in the archive itself, so that it takes no key store.
    func dataKey(password: Password, policy: KDFPolicy) async throws -> DataKey {
        guard let slot = header.slots.first(where: { $0.kind == .password }), let kdf = slot.header.kdf else {
            throw StoreArchive.withoutPassword
        }
        try policy.accept(kdf)
        let key = try await PasswordHasher(password, policy: policy).key(kdf)
        guard slot.header.scopeID == header.storeID, let dataKey = try? slot.openUnverified(with: key) else {
            throw StoreArchive.wrongPassword
        }
        return dataKey
    }

    /// The next frame; nil at the end of the file.
    private static func frame(_ descriptor: Int32, _ path: String, _ remaining: inout Int) throws -> [UInt8]? {
        guard remaining > 0 else { return nil }
        guard remaining >= 4 else { throw noArchive(path) }
        let head = try read(descriptor, 4, path)
        let count = head.reduce(0) { $0 << 8 | Int($1) }
        remaining -= 4
        // Never more memory than there is file.
        guard count <= remaining else { throw noArchive(path) }
        remaining -= count
        return try read(descriptor, count, path)
    }

    private static func read(_ descriptor: Int32, _ count: Int, _ path: String) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress.map { $0 + done }, count - done)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw failure("read", path) }
            done += got
        }
        return bytes
    }

    private static func noArchive(_ path: String) -> ClientError {
        ClientError(
            .notAuthentic, "\(path) is no archive of a key store, or was cut off.", hint: "Check the file's name.")
    }

    static func failure(_ what: String, _ path: String, _ number: Int32 = errno) -> ClientError {
        let reason = NewFile.Failure(number).reason
        return ClientError(
            .localStorage, "Could not \(what) \(path): \(reason).",
            hint: "Check the file's name, the disk and the rights.")
    }
}
