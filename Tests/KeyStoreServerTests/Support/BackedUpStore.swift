import CloudMLSAPI
import Foundation
import GRDB
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// A key store that was stopped, with a user and some objects, and a place for backups.
final class BackedUpStore: Sendable {
    let folder: TemporaryFolder
    let alice: TestUser
    /// Name and body of what is stored, apart from a tombstone.
    let objects: [[UInt8]: [UInt8]]
    let info: ServerInfo

    init(objects count: Int = 8) async throws {
        let server = try await RunningKeyStore.start()
        let user = try await server.firstUser()
        var objects: [[UInt8]: [UInt8]] = [:]
        for number in 0..<count {
            let name = SignedInUser.freshName()
            objects[name] =
                Array("the body of object \(number) ".utf8) + [UInt8](repeating: UInt8(number), count: 5_000)
            #expect(try await user.put(name, objects[name] ?? [], ifRevision: 0).status == 200)
        }
        let gone = SignedInUser.freshName()
        #expect(try await user.put(gone, [1], ifRevision: 0).status == 200)
        #expect(try await user.delete(gone, ifRevision: 1).status == 200)
        info = try await server.http.send(.GET, "/v1/server").json(ServerInfo.self)
        await server.stop()
        folder = server.folder
        alice = user.user
        self.objects = objects
    }

    var dataFolder: String { folder.dataFolder }
    var database: String { "\(dataFolder)/data.sqlite" }

    func path(_ name: String) -> String { folder.url.appending(path: name).path }

    @discardableResult
    func backUp(to name: String = "backup", replacing: Bool = false) throws -> BackupReport {
        try BackupWriter(KeyStoreSchema.schema).write(
            DataFolder(existing: dataFolder), to: path(name), replacing: replacing)
    }

    func verify(_ name: String = "backup") throws -> BackupReport {
        try BackupVerification(KeyStoreSchema.schema).verify(path(name))
    }

    @discardableResult
    func restore(_ name: String = "backup", replacing: Bool = true) throws -> Restoration.Outcome {
        try Restoration(KeyStoreSchema.schema).restore(path(name), into: dataFolder, replacing: replacing)
    }

    /// Changes the database while no server has it open.
    func change(_ sql: String, in file: String? = nil) throws {
        let queue = try DatabaseQueue(path: file ?? database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Changes the first place at which the bytes are found in a file.
    func damage(_ file: String, at text: String) throws {
        var data = try Data(contentsOf: URL(filePath: file))
        let range = try #require(data.range(of: Data(text.utf8)))
        data[range.lowerBound] ^= 0x10
        try data.write(to: URL(filePath: file))
    }

    /// Everything in the backups' folder and the data folder.
    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted()
    }

    /// Starts the server on the folder and checks that everything is there.
    func expectEverything(sourceLocation: SourceLocation = #_sourceLocation) async throws -> ServerInfo {
        let server = try await RunningKeyStore.start(in: folder)
        let user = try await alice.signIn(at: server.http)
        for (name, body) in objects {
            #expect(try await user.get(name).body == body, sourceLocation: sourceLocation)
        }
        let info = try await server.http.send(.GET, "/v1/server").json(ServerInfo.self)
        await server.stop()
        return info
    }
}

/// The exit code of the `StartupError` that something throws.
func startupErrorCode(_ body: () throws -> Void) throws -> StartupError.ExitCode? {
    do {
        try body()
        return nil
    } catch let error as StartupError {
        return error.exitCode
    }
}
