import CloudMLSAPI
import KeyHierarchy

/// When a running server backs itself up, and where to.
package struct BackupSchedule: Sendable, Equatable {
    /// Path of a folder that exists: one that a removable disk would bring is not made where the disk is missing.
    package var folder: String
    /// Seconds between two backups.
    package var interval: UInt64
    /// How many of its own backups the server leaves in the folder.
    package var keep: Int

    package init(folder: String, interval: UInt64 = 86_400, keep: Int = 14) {
        let absolute = FileSystem.absolute(folder)
        self.folder = absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
        self.interval = interval
        self.keep = keep
    }
}

/// The names of one server's own backups in a folder that others may use as well.
struct BackupNames: Sendable {
    private let prefix: String
    private static let suffix = ".backup"

    init(_ identity: ServerIdentity, programName: String) {
        prefix = "\(programName)-\(Array(identity.serverID.bytes.prefix(4)).hex)-"
    }

    func name(at now: UInt64) -> String { prefix + UTCTime(now).compact + Self.suffix }

    /// Whether a file has the form of one of the server's own backups.
    func isOwn(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(Self.suffix) else { return false }
        let time = name.dropFirst(prefix.count).dropLast(Self.suffix.count)
        let form = time.utf8.map { (0x30...0x39).contains($0) ? UInt8(ascii: "0") : $0 }
        return form == Array("00000000T000000Z".utf8)
    }
}
