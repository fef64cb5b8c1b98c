import Foundation
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct ScheduledBackupTests {
    private func backups(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".backup") }.sorted()
    }

    @Test func theServerBacksItselfUpAndTidiesUp() async throws {
        let folder = try TemporaryFolder()
        let place = folder.url.appending(path: "backups")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let foreign = ["key-store-server-00000000-20200101T000000Z.backup", "mine.backup", "notes.txt"]
        for name in foreign { try Data("keep me".utf8).write(to: place.appending(path: name)) }
        let server = try await ServerBinary(
            folder, options: ["--backup-folder", place.path + "/", "--backup-every", "1s", "--backup-keep", "2"])
        var seen = Set<String>()
        try await eventually {
            seen.formUnion(try backups(in: place))
            return seen.count >= foreign.count - 1 + 4
        }
        let removed = try await {
            try await eventually { try backups(in: place).count <= 2 + 2 + 1 }
            return seen.count > 4
        }()
        #expect(removed)
        // A disk that is missing is said loudly, and no folder is made in its place.
        try FileManager.default.moveItem(at: place, to: folder.url.appending(path: "away"))
        try await eventually { try server.errors.contains("THE BACKUP FAILED") }
        #expect(!FileManager.default.fileExists(atPath: place.path))
        try FileManager.default.moveItem(at: folder.url.appending(path: "away"), to: place)
        let before = try backups(in: place)
        try await eventually { try backups(in: place) != before }
        #expect(server.stop() == 0)
        for name in foreign {
            #expect(try String(contentsOf: place.appending(path: name), encoding: .utf8) == "keep me")
        }
        let own = try backups(in: place).filter { !foreign.contains($0) }
        #expect((1...3).contains(own.count))
        for name in own {
            _ = try BackupVerification(KeyStoreSchema.schema).verify(place.appending(path: name).path)
        }
        let record = try #require(BackupRecord.newest(in: try DataFolder(existing: folder.dataFolder)))
        #expect(record.file.hasPrefix(place.path + "/key-store-server-"))
    }

    @Test func afterARestartItIsNotDueAtOnce() async throws {
        let folder = try TemporaryFolder()
        let options = ["--backup-folder", folder.url.path, "--backup-every", "1h"]
        let first = try await ServerBinary(folder, options: options)
        try await eventually { try backups(in: folder.url).count == 1 }
        #expect(first.stop() == 0)
        let second = try await ServerBinary(folder, options: options)
        #expect(try await second.http.send(.GET, "/health").status == 200)
        #expect(second.stop() == 0)
        #expect(try backups(in: folder.url).count == 1)
    }

    @Test(arguments: [
        (["--backup-folder", "/nonexistent/x"], Int32(78), "--backup-folder"),
        (["--backup-every", "soon"], 64, "--backup-every"),
        (["--backup-folder", "/", "--backup-keep", "0"], 78, "--backup-keep"),
    ])
    func whatIsWrongIsSaid(arguments: [String], status: Int32, named: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await ServerBinary.run(arguments + ["--data", folder.dataFolder])
        #expect(result.status == status)
        #expect(result.errors.contains(named))
    }
}
