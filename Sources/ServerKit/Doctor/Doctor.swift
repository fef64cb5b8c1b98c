import CloudMLSAPI

/// Looks at everything that a server at home depends on, beside the running server or without one. Changes nothing.
package struct Doctor: Sendable {
    private let schema: DatabaseSchema
    private let clock: ServerClock

    package init(_ schema: DatabaseSchema, clock: ServerClock = .system) {
        self.schema = schema
        self.clock = clock
    }

    /// - Parameter tls: the files that the server is run with; nil where it does no TLS itself.
    package func examine(dataFolder: String, tls: TLSFiles?) -> [DoctorFinding] {
        let files = FileExamination(folder: dataFolder)
        var findings = files.run()
        guard FileSystem.exists(files.database) else { return findings }
        let database = DatabaseExamination(schema: schema, path: files.database, now: clock.now)
        let (contents, databaseFindings) = database.run()
        findings += databaseFindings
        let certificate = tls ?? SelfSignedCertificate.existingFiles(inFolder: dataFolder)
        findings.append(
            CertificateExamination(files: certificate, lastPin: contents?.certificatePin, now: clock.now).run())
        findings.append(backup(in: dataFolder))
        return findings
    }

    private func backup(in folder: String) -> DoctorFinding {
        let command = "\(schema.role.programName) backup FILE"
        guard let record = BackupRecord.newest(inFolder: folder) else {
            return .warning(
                "backup", "There is no backup.", "Make one with \"\(command)\", or run the server with --backup-folder."
            )
        }
        let text = "The newest good backup is \(record.file), of \(UTCTime(record.created).text)."
        let days = clock.now > record.created ? (clock.now - record.created) / 86_400 : 0
        guard days < 7 else {
            return .warning("backup", "\(text) That is \(days) days ago.", "Make a new one with \"\(command)\".")
        }
        guard FileSystem.exists(record.file) else {
            return .warning(
                "backup", "\(text) It is not there now.",
                "If its disk is somewhere else, all is well; if it was deleted, make a new one with \"\(command)\".")
        }
        return .ok("backup", text)
    }
}
