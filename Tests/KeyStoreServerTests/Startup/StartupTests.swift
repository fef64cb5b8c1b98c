import CloudMLSAPI
import Foundation
import GRDB
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

@Suite struct StartupTests {
    private func startupError(
        in folder: TemporaryFolder? = nil, _ configure: (inout KeyStoreConfiguration) -> Void = { _ in }
    ) async throws -> StartupError.ExitCode? {
        do {
            let server = try await RunningKeyStore.start(in: folder, configure: configure)
            await server.stop()
            return nil
        } catch let error as StartupError {
            return error.exitCode
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "example.org"])
    func aNetworkAddressTakesTLSOrAProxy(host: String) async throws {
        #expect(try await startupError { $0.service.host = host } == .configuration)
    }

    @Test func behindAProxyThePublicAddressMustBeKnown() async throws {
        #expect(try await startupError { $0.service.behindProxy = true } == .configuration)
        let isStarted = try await startupError {
            $0.service.behindProxy = true
            $0.service.publicURLs = (try? [Origin(typed: "https://keys.example.org")]) ?? []
        }
        #expect(isStarted == nil)
    }

    @Test func aDataFolderTakesOneServer() async throws {
        let server = try await RunningKeyStore.start()
        #expect(try await startupError(in: server.folder) == .inUse)
        await server.stop()
    }

    @Test(arguments: ["PRAGMA user_version = 2", "PRAGMA application_id = 7", "migration"])
    func aDataFolderOfAnotherVersionIsRefused(change: String) async throws {
        let server = try await RunningKeyStore.start()
        await server.stop()
        let database = try DatabaseQueue(path: server.folder.dataFolder + "/data.sqlite")
        try await database.write { db in
            if change == "migration" {
                try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('key store 99: from the future')")
            } else {
                try db.execute(sql: change)
            }
        }
        try database.close()
        #expect(try await startupError(in: server.folder) == .dataFolderOfAnotherVersion)
    }

    @Test func aTakenPortIsReported() async throws {
        let server = try await RunningKeyStore.start()
        let port = try Origin(typed: server.http.origin).port
        #expect(try await startupError { $0.service.port = Int(port) } == .unavailable)
        await server.stop()
    }

    @Test func identityAndDataSurviveARestart() async throws {
        let first = try await RunningKeyStore.start()
        let alice = try await first.firstUser()
        let name = SignedInUser.freshName()
        #expect(try await alice.put(name, [42], ifRevision: 0).status == 200)
        let before = try await first.http.send(.GET, "/v1/server").json(ServerInfo.self)
        await first.stop()
        let second = try await RunningKeyStore.start(in: first.folder)
        #expect(try await second.http.send(.GET, "/v1/server").json(ServerInfo.self) == before)
        #expect(second.setupCode == nil)
        // The session goes on as well.
        let again = SignedInUser(user: alice.user, at: second.http, tokens: alice.tokens)
        #expect(try await again.get(name).body == [42])
        await second.stop()
    }

    @Test func nobodyElseCanReadTheData() async throws {
        let server = try await RunningKeyStore.start()
        _ = try await server.firstUser()
        func permissions(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try permissions(server.folder.dataFolder) == 0o700)
        let files = try FileManager.default.contentsOfDirectory(atPath: server.folder.dataFolder)
        #expect(files.contains("data.sqlite"))
        for file in files { #expect(try permissions("\(server.folder.dataFolder)/\(file)") == 0o600, "\(file)") }
        await server.stop()
    }

    @Test(arguments: [
        (["XDG_DATA_HOME": "/x", "HOME": "/home/a"], "/x/key-store-server"),
        (["HOME": "/home/a"], "/home/a/.local/share/key-store-server"),
        (["XDG_DATA_HOME": "relative", "HOME": "/nonexistent"], "/var/lib/key-store-server"),
        ([:], "/var/lib/key-store-server"),
    ])
    func theDefaultDataFolder(environment: [String: String], path: String) {
        #expect(DefaultDataFolder.path(programName: "key-store-server", environment: environment) == path)
    }
}
