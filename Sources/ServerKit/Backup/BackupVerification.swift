import GRDB
import KeyHierarchy

/// Proves that a backup can be restored, by restoring it into a scratch database and looking at every row.
package struct BackupVerification: Sendable {
    private let schema: DatabaseSchema

    package init(_ schema: DatabaseSchema) { self.schema = schema }

    /// - Throws: `noInput`, `dataFolderOfAnotherVersion` where it is no backup of this server that this program can
    ///   read, `damaged`.
    package func verify(_ file: String) throws -> BackupReport {
        guard FileSystem.exists(file) else { throw StartupError(.noInput, "There is no file \(file).") }
        let scratch = try ScratchFolder(beside: file)
        defer { withExtendedLifetime(scratch) {} }
        let copy = try copy(file, to: "\(scratch.path)/data.sqlite")
        let report = try inspect(copy, of: file)
        try copy.close()
        return report
    }

    /// Copies a backup into a new file.
    func copy(_ file: String, to path: String) throws -> DatabaseQueue {
        guard try FileSystem.size(file) > 0 else {
            throw StartupError(.dataFolderOfAnotherVersion, "The file \(file) is empty.")
        }
        return try DatabaseFile.naming("The file \(file)") {
            let source = try DatabaseFile.openReadOnly(file)
            try source.read { try schema.checkFormat(in: $0, subject: "The file \(file)") }
            let copy = try DatabaseFile.openCopy(path)
            try source.backup(to: copy)
            try source.close()
            return copy
        }
    }

    /// Checks a copy, and brings it up to date.
    func inspect(_ copy: DatabaseQueue, of file: String) throws -> BackupReport {
        let subject = "The file \(file)"
        return try DatabaseFile.naming(subject) {
            let stamp = try copy.writeWithoutTransaction { db in
                try schema.checkFormat(in: db, subject: subject)
                try DatabaseFile.checkIntegrity(db, subject: subject)
                return try BackupStamp.take(from: db, subject: subject)
            }
            try schema.migrator.migrate(copy)
            return try copy.read { db in
                let findings = try schema.checkRows(in: db)
                guard findings.faultCount == 0 else {
                    throw StartupError(
                        .damaged,
                        """
                        \(subject) is damaged in \(findings.faultCount) places: \
                        \(findings.faults.joined(separator: "; ")).
                        """)
                }
                let seed = try Row.fetchOne(db, sql: "SELECT identity_key FROM server WHERE id = 1")?.bytes(
                    "identity_key")
                guard let seed = seed.flatMap({ Secret<ServerSigningKeyKind>(bytes: $0) }) else {
                    throw StartupError(.damaged, "\(subject) has no identity of a server.")
                }
                return BackupReport(
                    created: stamp?.created, serverID: try ServerSigningKey(seed: seed).serverID.bytes,
                    size: try FileSystem.size(file), findings: findings)
            }
        }
    }
}
