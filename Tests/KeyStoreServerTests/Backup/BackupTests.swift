import CloudMLSAPI
import Foundation
import GRDB
import KeyHierarchy
import KeyStoreServer
import ServerKit
import Testing

@Suite struct BackupTests {
    @Test func itIsOneFileForItsOwnerAlone() async throws {
        let store = try await BackedUpStore()
        let report = try store.backUp()
        #expect(try store.files() == ["backup", "data", "data/data.sqlite", "data/lock", "data/newest-backup"])
        let attributes = try FileManager.default.attributesOfItem(atPath: store.path("backup"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(report.serverID == store.info.serverID.array)
        let counts = Dictionary(report.findings.counts.map { ($0.what, $0.count) }) { $1 }
        #expect(counts["users"] == 1)
        #expect(counts["slots"] == 1)
        #expect(counts["objects"] == 8)
        #expect(counts["tombstones"] == 1)
        // The test's keyring is none; a newer client's might look so as well.
        #expect(report.findings.unknownForms == ["keyrings": 1])
        let again = try store.verify()
        #expect(again.created == report.created)
        #expect(again.created != nil)
        #expect(again.size == UInt64(try Data(contentsOf: URL(filePath: store.path("backup"))).count))
        #expect(try store.files() == ["backup", "data", "data/data.sqlite", "data/lock", "data/newest-backup"])
    }

    @Test func aFileThatIsThereIsReplacedOnlyOnDemand() async throws {
        let store = try await BackedUpStore()
        try Data("precious".utf8).write(to: URL(filePath: store.path("backup")))
        #expect(try startupErrorCode { try store.backUp() } == .cannotCreate)
        #expect(try String(contentsOfFile: store.path("backup"), encoding: .utf8) == "precious")
        try store.backUp(replacing: true)
        #expect(try store.verify().created != nil)
        // Nor is the database itself, or anything beside it.
        for name in ["data/data.sqlite", "data/backup"] {
            #expect(try startupErrorCode { try store.backUp(to: name, replacing: true) } == .cannotCreate)
        }
        _ = try await store.expectEverything()
        // A folder or a device is never taken for a file.
        #expect(try startupErrorCode { try store.backUp(to: "data", replacing: true) } == .cannotCreate)
    }

    @Test(arguments: ["index", "row", "page"])
    func aDamagedDatabaseNeverTakesTheGoodBackupsPlace(what: String) async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        let good = try Data(contentsOf: URL(filePath: store.path("backup")))
        switch what {
        case "index":
            try store.change(
                "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'objects_by_cursor'")
        case "row": try store.change("UPDATE stores SET bytes = bytes + 1")
        default:
            let handle = try FileHandle(forUpdating: URL(filePath: store.database))
            let size = try handle.seekToEnd()
            try handle.seek(toOffset: size - 4_096)
            try handle.write(contentsOf: Data(repeating: 0xa5, count: 4_096))
            try handle.close()
        }
        #expect(try startupErrorCode { try store.backUp(replacing: true) } == .damaged)
        #expect(try Data(contentsOf: URL(filePath: store.path("backup"))) == good)
        #expect(try store.files().filter { !$0.hasPrefix("data") } == ["backup"])
    }

    @Test func twoBackupsIntoOneFileDoNotMix() async throws {
        let store = try await BackedUpStore()
        let other = open(store.path("backup.new"), O_RDWR | O_CREAT, 0o600)
        #expect(flock(other, LOCK_EX) == 0)
        #expect(try startupErrorCode { try store.backUp() } == .inUse)
        #expect(FileManager.default.fileExists(atPath: store.path("backup.new")))
        close(other)
        // What was left of one that was killed is no hindrance.
        try store.backUp()
        #expect(!FileManager.default.fileExists(atPath: store.path("backup.new")))
    }

    /// A page-wise look cannot see a flipped bit in what clients sealed: the checksum can.
    @Test(arguments: ["the body of object 3", "alice"])
    func aFlippedBitIsFound(text: String) async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        _ = try store.verify()
        try store.damage(store.path("backup"), at: text)
        #expect(try startupErrorCode { _ = try store.verify() } == .damaged)
        #expect(try startupErrorCode { try store.restore() } == .damaged)
        _ = try await store.expectEverything()
    }

    @Test func aTruncatedBackupIsFound() async throws {
        let store = try await BackedUpStore()
        try store.backUp()
        let whole = try Data(contentsOf: URL(filePath: store.path("backup")))
        for length in [1, 50, 99, 512, 4_096, 4_097, 8_192, whole.count / 2, whole.count - 4_096, whole.count - 100] {
            try whole.prefix(length).write(to: URL(filePath: store.path("short")))
            let code = try startupErrorCode { _ = try store.verify("short") }
            #expect(code == .damaged || code == .dataFolderOfAnotherVersion, "\(length)")
            #expect(try startupErrorCode { try store.restore("short") } == code, "\(length)")
        }
        #expect(
            try store.files().filter { !$0.hasPrefix("data/data.sqlite") } == [
                "backup", "data", "data/lock", "data/newest-backup", "short",
            ])
    }

    @Test func whatIsNoBackupIsRefused() async throws {
        let store = try await BackedUpStore()
        try Data("not a database at all, but long enough to be taken for one by its size".utf8)
            .write(to: URL(filePath: store.path("text")))
        try Data().write(to: URL(filePath: store.path("empty")))
        try store.backUp()
        try FileManager.default.copyItem(atPath: store.path("backup"), toPath: store.path("newer"))
        try store.change("PRAGMA user_version = 2", in: store.path("newer"))
        try FileManager.default.copyItem(atPath: store.path("backup"), toPath: store.path("newer too"))
        try store.change(
            "INSERT INTO grdb_migrations (identifier) VALUES ('key store 99: x')", in: store.path("newer too"))
        let other = try TemporaryFolder()
        let otherSchema = DatabaseSchema(role: .authDelivery, migrations: { _ in })
        let otherFolder = try DataFolder(path: other.dataFolder, exclusively: true)
        let database = try SQLiteDatabase(folder: otherFolder, schema: otherSchema)
        _ = try SQLiteServerStorage(database).identity(role: .authDelivery)
        try database.close()
        _ = try BackupWriter(otherSchema).write(otherFolder, to: store.path("other"), replacing: false)
        for file in ["text", "empty", "newer", "newer too", "other"] {
            #expect(try startupErrorCode { _ = try store.verify(file) } == .dataFolderOfAnotherVersion, "\(file)")
            #expect(try startupErrorCode { try store.restore(file) } == .dataFolderOfAnotherVersion, "\(file)")
        }
        #expect(try startupErrorCode { _ = try store.verify("missing") } == .noInput)
        #expect(try await store.expectEverything() == store.info)
    }

    /// The rules that no database can state: each change is found.
    @Test(arguments: [
        "UPDATE objects SET name = x'00' WHERE id = 1", "UPDATE objects SET revision = 0 WHERE id = 1",
        "UPDATE objects SET revision = 9007199254740992 WHERE id = 1", "UPDATE objects SET body = NULL WHERE id = 1",
        "DELETE FROM objects WHERE id = 1", "UPDATE stores SET cursor = 0", "UPDATE stores SET store_id = x'00'",
        "UPDATE stores SET keyring_revision = 0", "UPDATE slots SET body = x'00'", "UPDATE slots SET revision = 0",
        "UPDATE login_keys SET public_key = x'00'", "UPDATE login_keys SET kdf_salt = x'00'",
        "UPDATE login_keys SET kind = 'device'", "DELETE FROM login_keys", "UPDATE users SET name = 'A B'",
        "UPDATE server SET identity_key = x'00'", "DELETE FROM server", "DELETE FROM stores",
        "INSERT INTO setup_tokens VALUES (x'00', 'invitation', 1)",
    ])
    func everyRowIsLookedAt(change: String) async throws {
        let store = try await BackedUpStore(objects: 2)
        try store.change("PRAGMA foreign_keys = OFF; \(change)")
        // A plain copy has no checksum, so that nothing but the rows can tell.
        try FileManager.default.copyItem(atPath: store.database, toPath: store.path("copy"))
        #expect(try startupErrorCode { _ = try store.verify("copy") } == .damaged)
    }

    @Test func aPlainCopyOfADatabaseWillDo() async throws {
        let store = try await BackedUpStore()
        try FileManager.default.copyItem(atPath: store.database, toPath: store.path("copy"))
        #expect(try store.verify("copy").created == nil)
        try store.restore("copy")
        #expect(try await store.expectEverything().serverID == store.info.serverID)
    }
}
