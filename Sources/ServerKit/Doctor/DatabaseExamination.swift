import CloudMLSAPI
import GRDB

/// The database: whether it is sound and of this version, how long its journal is, and whether the clock agrees with it.
struct DatabaseExamination {
    /// What other examinations need from the database.
    struct Contents {
        /// SHA-256 of the key of the certificate that was last served; empty where there was none.
        var certificatePin: [UInt8]
        /// The newest time in the database, in seconds since 1970.
        var newestTime: UInt64
    }

    let schema: DatabaseSchema
    let path: String
    let now: UInt64

    func run() -> (contents: Contents?, findings: [DoctorFinding]) {
        var findings: [DoctorFinding] = []
        let contents = look(&findings)
        findings.append(journal())
        if let contents { findings.append(clock(contents)) }
        return (contents, findings)
    }

    private func look(_ findings: inout [DoctorFinding]) -> Contents? {
        let restore = "Look after the disk, then restore the newest good backup."
        do {
            let database = try DatabaseFile.openSource(path)
            defer { try? database.close() }
            return try database.read { db in
                let lines = try String.fetchAll(db, sql: "PRAGMA quick_check(5)")
                guard lines == ["ok"] else {
                    findings.append(
                        .error("database", "\(path) is damaged: \(lines.joined(separator: "; ")).", restore))
                    return nil
                }
                try schema.checkFormat(in: db, subject: path)
                guard try schema.migrator.hasCompletedMigrations(db) else {
                    findings.append(
                        .warning(
                            "database", "\(path) is sound, and of an older version.",
                            "Start this version of the server: it brings it up to date."))
                    return nil
                }
                findings.append(.ok("database", "\(path) is sound (format \(DataFolderFormat.current))."))
                return Contents(
                    certificatePin: try Row.fetchOne(db, sql: "SELECT certificate_pin FROM server")?
                        .bytes("certificate_pin") ?? [],
                    newestTime: try newestTime(db))
            }
        } catch let error as StartupError {
            findings.append(.error("database", error.message, "Use the version that wrote it, or give another --data."))
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            findings.append(.error("database", "\(path) is damaged: \(error.message ?? "\(error)").", restore))
        } catch {
            findings.append(
                .error("database", "Cannot read \(path): \(error).", "Run this as the user that runs the server."))
        }
        return nil
    }

    private func newestTime(_ db: Database) throws -> UInt64 {
        let newest = try Int64.fetchOne(
            db,
            sql: """
                SELECT max(coalesce((SELECT max(created) FROM users), 0), coalesce((SELECT max(created) FROM sessions), 0),
                           coalesce((SELECT max(renewed) FROM sessions), 0))
                """)
        return UInt64(clamping: newest ?? 0)
    }

    private func journal() -> DoctorFinding {
        let size = (FileSystem.status(path + "-wal")?.size ?? 0) >> 20
        guard size < 64 else {
            return .warning(
                "journal", "The journal has grown to \(size) MiB.",
                "Some reader, such as a backup, has been at it for long. Restart the server if it stays so.")
        }
        return .ok("journal", "The journal has \(size) MiB.")
    }

    private func clock(_ contents: Contents) -> DoctorFinding {
        let text = "The clock says \(UTCTime(now).text)"
        // Somebody signed in at a time that this clock has yet to reach; five minutes are a clock's own inaccuracy.
        guard now + 300 >= contents.newestTime, now >= 1_700_000_000 else {
            return .error(
                "clock", "\(text); the database knows \(UTCTime(contents.newestTime).text).",
                "Set the clock, and let the system keep it set (NTP): sessions and setup codes end by it.")
        }
        return .ok("clock", "\(text).")
    }
}
