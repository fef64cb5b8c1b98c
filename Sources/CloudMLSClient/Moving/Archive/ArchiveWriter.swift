import KeyHierarchy
import MLSCodec

/// Writes an archive, which takes its place only when it is complete and on the disk.
final class ArchiveWriter {
    private let path: String
    private let file: NewFile
    private var sealer: ArchiveSealer

    /// Begins the file with the header; only its owner can read it.
    init(path: String, header: ArchiveHeader, dataKey: DataKey) throws {
        self.path = path
        sealer = ArchiveSealer(header, dataKey: dataKey)
        do {
            file = try NewFile(replacing: path)
        } catch {
            throw ArchiveFile.failure("write", path, error.number)
        }
        try write(frame: header.encoded)
    }

    func add(_ records: [ArchiveRecord], isLast: Bool = false) throws {
        try write(frame: try sealer.seal(records, isLast: isLast))
    }

    /// Puts the file in its place.
    func finish() throws {
        do {
            try file.finish()
        } catch {
            throw ArchiveFile.failure("write", path, error.number)
        }
    }

    private func write(frame: [UInt8]) throws {
        guard let count = UInt32(exactly: frame.count) else {
            throw ClientError(.tooLarge, "An object is too large for an archive.")
        }
        do {
            try file.write(count.encoded + frame)
        } catch {
            throw ArchiveFile.failure("write", path, error.number)
        }
    }
}
