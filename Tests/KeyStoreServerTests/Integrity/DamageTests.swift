import CloudMLSAPI
import Foundation
import GRDB
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// A database that contradicts itself is found, said loudly, and made no worse.
@Suite struct DamageTests {
    /// Overwrites the pages in which a table or index begins and ends, past what SQLite has in its memory.
    private func damage(_ database: String, table: String) async throws {
        let queue = try DatabaseQueue(path: database)
        // Whoever reads at this moment keeps the journal from being folded into the file.
        try await eventually {
            try await queue.writeWithoutTransaction { db in
                try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") == 0
            }
        }
        let page = try await queue.read { db in
            try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [table])
        }
        let handle = try FileHandle(forUpdating: URL(filePath: database))
        try handle.seek(toOffset: UInt64(try #require(page) - 1) * 4_096)
        try handle.write(contentsOf: Data(repeating: 0xa5, count: 4_096))
        try handle.close()
        try? queue.close()
    }

    @Test func afterAKillTheDatabaseIsLookedThrough() async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        let marker = store.dataFolder + "/running"
        #expect(!FileManager.default.fileExists(atPath: marker))
        let server = try await ServerBinary(store.folder)
        #expect(FileManager.default.fileExists(atPath: marker))
        server.kill()
        #expect(FileManager.default.fileExists(atPath: marker))
        // Killed, but sound: it starts.
        let again = try await ServerBinary(store.folder)
        again.kill()
        try await damage(store.database, table: "objects")
        let result = try await ServerBinary.run(["--data", store.dataFolder, "--port", "0"])
        #expect(result.status == 74)
        #expect(result.errors.contains("restore"))
        #expect(result.errors.contains(store.path("backup")))
        #expect(result.output.isEmpty)
        // What it advises helps.
        let restored = try await ServerBinary.run(
            ["restore", store.path("backup"), "--force", "--data", store.dataFolder])
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(try await store.expectEverything().serverID == store.info.serverID)
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test func somethingElseInThePlaceOfTheDatabaseIsNotOverwritten() async throws {
        let store = try await BackedUpStore()
        let text = String(repeating: "no database. ", count: 1_000)
        try Data(text.utf8).write(to: URL(filePath: store.database))
        let result = try await ServerBinary.run(["--data", store.dataFolder, "--port", "0"])
        #expect(result.status == 74)
        #expect(try String(contentsOfFile: store.database, encoding: .utf8) == text)
    }

    @Test func aRunningServerFindsItAndWritesNothingMore() async throws {
        let folder = try TemporaryFolder()
        let backups = folder.url.appending(path: "backups")
        try FileManager.default.createDirectory(at: backups, withIntermediateDirectories: true)
        let server = try await RunningKeyStore.start(in: folder) { configuration in
            configuration.service.integrityCheckInterval = 1
            configuration.service.backups = BackupSchedule(folder: backups.path, interval: 1)
        }
        let alice = try await server.firstUser()
        for _ in 0..<20 {
            let body = [UInt8](repeating: 1, count: 9_000)
            #expect(try await alice.put(SignedInUser.freshName(), body, ifRevision: 0).status == 200)
        }
        #expect(try await server.http.send(.GET, "/health").status == 200)
        try await eventually { try !FileManager.default.contentsOfDirectory(atPath: backups.path).isEmpty }
        try await damage(folder.dataFolder + "/data.sqlite", table: "objects_by_cursor")
        try await eventually { try await server.http.send(.GET, "/health").status == 503 }
        expect(try await server.http.send(.GET, "/health"), .databaseDamaged)
        let name = SignedInUser.freshName()
        expect(try await alice.put(name, [1], ifRevision: 0), .databaseDamaged)
        // What is not damaged can still be read.
        #expect(try await alice.http.send(.GET, "/v1/keyring").status == 200)
        await server.stop()
        // None of the backups is of the damaged database.
        for backup in try FileManager.default.contentsOfDirectory(atPath: backups.path)
        where backup.hasSuffix(".backup") {
            _ = try BackupVerification(KeyStoreSchema.schema).verify(backups.appending(path: backup).path)
        }
    }
}
