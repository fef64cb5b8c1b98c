import Foundation
import KeyStoreServer
import ServerKit
import Testing

@Suite struct DoctorTests {
    private struct Report: Decodable {
        var ok: Bool
        var checks: [DoctorFinding]

        func level(_ subject: String) -> DoctorFinding.Level? { checks.first { $0.subject == subject }?.level }
    }

    private func doctor(_ folder: String, _ arguments: [String] = []) async throws -> (Int32, Report) {
        let result = try await ServerBinary.run(["doctor", "--json", "--data", folder] + arguments)
        return (result.status, try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)))
    }

    @Test func aHealthyServerIsHealthy() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(folder)
        let (status, report) = try await doctor(folder.dataFolder)
        #expect(status == 0)
        #expect(report.ok)
        let subjects = ["folder", "server", "files", "disk", "database", "journal", "clock", "certificate", "backup"]
        #expect(report.checks.map(\.subject) == subjects)
        #expect(report.level("backup") == .warning)
        #expect(report.checks.first { $0.subject == "server" }?.text.contains("is running") == true)
        let backup = folder.url.appending(path: "backup").path
        #expect(try await ServerBinary.run(["backup", backup, "--data", folder.dataFolder]).status == 0)
        #expect(try await doctor(folder.dataFolder).1.level("backup") == .ok)
        #expect(server.stop() == 0)
        let people = try await ServerBinary.run(["doctor", "--data", folder.dataFolder])
        #expect(people.output.contains("ok"))
        try FileManager.default.removeItem(atPath: backup)
        #expect(try await doctor(folder.dataFolder).1.level("backup") == .warning)
    }

    @Test func whatIsWrongIsFound() async throws {
        let store = try await BackedUpStore()
        func chmod(_ mode: Int, _ path: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        try chmod(0o644, store.database)
        #expect(try await doctor(store.dataFolder).1.level("files") == .error)
        try chmod(0o600, store.database)
        try chmod(0o755, store.dataFolder)
        let (status, report) = try await doctor(store.dataFolder)
        #expect(status == 1)
        #expect(report.level("folder") == .error)
        #expect(report.checks.allSatisfy { ($0.level == .ok) == ($0.advice == nil) })
        try chmod(0o700, store.dataFolder)
        try Data("1 /media/stick/old.backup\n".utf8).write(to: URL(filePath: store.dataFolder + "/newest-backup"))
        #expect(try await doctor(store.dataFolder).1.level("backup") == .warning)
        // Somebody registered ten years from now: either was the clock wrong then, or it is now.
        try store.change("UPDATE users SET created = 4102444800")
        #expect(try await doctor(store.dataFolder).1.level("clock") == .error)
        try store.change("PRAGMA user_version = 2")
        #expect(try await doctor(store.dataFolder).1.level("database") == .error)
        try Data(repeating: 1, count: 20_000).write(to: URL(filePath: store.database))
        #expect(try await doctor(store.dataFolder).1.level("database") == .error)
        try FileManager.default.removeItem(atPath: store.database)
        #expect(try await doctor(store.dataFolder).1.level("database") == .error)
        #expect(try await doctor(store.folder.url.path + "/nothing").1.level("folder") == .error)
    }

    private static let openssl = "/usr/bin/openssl"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: openssl), "openssl is missing"))
    func theCertificateIsLookedAt() async throws {
        let store = try await BackedUpStore()
        func certificate(_ name: String, days: Int) throws -> [String] {
            let (certificate, key) = (store.path("\(name).pem"), store.path("\(name).key"))
            let process = Process()
            process.executableURL = URL(filePath: Self.openssl)
            process.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=localhost",
                "-days", "\(days)", "-out", certificate, "-keyout", key,
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return ["--tls-certificate", certificate, "--tls-key", key]
        }
        let good = try certificate("good", days: 90)
        let short = try certificate("short", days: 3)
        #expect(try await doctor(store.dataFolder, good).1.level("certificate") == .ok)
        #expect(try await doctor(store.dataFolder, short).1.level("certificate") == .warning)
        let mixed = Array(good.prefix(2)) + Array(short.suffix(2))
        #expect(try await doctor(store.dataFolder, mixed).1.level("certificate") == .error)
        let missing = ["--tls-certificate", "/nonexistent/a", "--tls-key", "/nonexistent/b"]
        #expect(try await doctor(store.dataFolder, missing).1.level("certificate") == .error)
    }
}
