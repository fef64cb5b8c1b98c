/// What a data folder remembers of the newest backup that was verified: a line in the file `newest-backup`.
package struct BackupRecord: Sendable, Equatable {
    static let fileName = "newest-backup"

    /// Seconds since 1970.
    package var created: UInt64
    /// Where it was written to; it may have been carried elsewhere since.
    package var file: String

    /// The record in a data folder; nil where no backup was ever made of it.
    package static func newest(in folder: DataFolder) -> BackupRecord? { newest(inFolder: folder.path) }

    static func newest(inFolder path: String) -> BackupRecord? {
        guard let text = FileSystem.text("\(path)/\(fileName)"),
            let separator = text.firstIndex(of: " "), let created = UInt64(text[..<separator])
        else { return nil }
        let file = text[text.index(after: separator)...]
        return BackupRecord(created: created, file: String(file.hasSuffix("\n") ? file.dropLast() : file))
    }

    func write(in folder: DataFolder) throws(StartupError) {
        try folder.writePrivateFile(named: Self.fileName, "\(created) \(file)\n")
    }
}
