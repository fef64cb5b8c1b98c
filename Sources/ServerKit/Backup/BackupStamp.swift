import GRDB

/// What a backup says about itself: one row in a table that only backups have.
struct BackupStamp: Sendable {
    static let table = "backup"
    private static let version = 1

    /// Seconds since 1970.
    var created: UInt64
    /// `DatabaseDigest` of everything else in the file.
    var digest: [UInt8]

    /// Puts the stamp into a copy that has none.
    static func write(into db: Database, now: UInt64) throws {
        try db.execute(
            sql: """
                CREATE TABLE backup (
                    version INTEGER NOT NULL PRIMARY KEY,
                    created INTEGER NOT NULL,            -- seconds since 1970
                    digest BLOB NOT NULL                 -- SHA-256 of all other tables
                ) STRICT
                """)
        let digest = try DatabaseDigest.of(db, without: table)
        try db.execute(
            sql: "INSERT INTO backup (version, created, digest) VALUES (?, ?, ?)",
            arguments: [version, Int64(clamping: now), digest.blob])
    }

    /// Checks the stamp and takes it out of the copy.
    /// - Returns: nil where the file is a plain copy of a database.
    /// - Throws: `damaged` where the content is another than the one that was backed up.
    static func take(from db: Database, subject: String) throws -> BackupStamp? {
        guard try db.tableExists(table) else { return nil }
        let row = try Row.fetchOne(
            db, sql: "SELECT created, digest FROM backup WHERE version = ?", arguments: [version])
        guard let row else {
            throw StartupError(.damaged, "\(subject) is damaged: it does not say what it must hold.")
        }
        let stamp = BackupStamp(created: row.unsigned("created"), digest: row.bytes("digest"))
        guard try DatabaseDigest.of(db, without: table) == stamp.digest else {
            throw StartupError(.damaged, "\(subject) is damaged: it no longer holds what was backed up.")
        }
        try db.execute(sql: "DROP TABLE backup")
        return stamp
    }
}
