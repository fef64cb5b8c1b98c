import CloudMLSAPI
import Foundation
import GRDB
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// A disk that is full or does not take data: clear errors, and no restart when it does again.
@Suite struct DiskTests {
    @Test func aFullDiskRefusesWritesUntilThereIsRoom() async throws {
        let server = try await RunningKeyStore.start()
        let alice = try await server.firstUser()
        let database = server.application.core.database
        let kept = SignedInUser.freshName()
        #expect(try await alice.put(kept, [1], ifRevision: 0).status == 200)
        try await database.write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        let large = [UInt8](repeating: 1, count: 100_000)
        let name = SignedInUser.freshName()
        expect(try await alice.put(name, large, ifRevision: 0), .quotaExceeded)
        #expect(try await alice.get(kept).body == [1])
        #expect(try await server.http.send(.GET, "/health").status == 200)
        try await database.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        #expect(try await alice.put(name, large, ifRevision: 0).status == 200)
        await server.stop()
    }

    private static let prlimit = "/usr/bin/prlimit"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: prlimit), "prlimit is missing"))
    func aDiskThatFailsIsReportedAndMayRecover() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(
            folder, wrapper: [Self.prlimit, "--fsize=2000000:unlimited"], options: ["--registration", "open"])
        let user = try TestUser("alice")
        try await user.register(at: server.http, token: nil)
        let alice = try await user.signIn(at: server.http)
        var refused: TestHTTP.Answer?
        var written: [[UInt8]] = []
        let body = [UInt8](repeating: 1, count: 50_000)
        while refused == nil, written.count < 100 {
            let name = SignedInUser.freshName()
            let answer = try await alice.put(name, body, ifRevision: 0)
            if answer.status == 200 { written.append(name) } else { refused = answer }
        }
        let answer = try #require(refused)
        #expect(answer.error?.code == .unavailable || answer.error?.code == .quotaExceeded)
        #expect(try server.errors.contains("disk"))
        for name in written { #expect(try await alice.get(name).body == body) }
        let lifted = Process()
        lifted.executableURL = URL(filePath: Self.prlimit)
        lifted.arguments = ["--pid", "\(server.identifier)", "--fsize=unlimited:unlimited"]
        try lifted.run()
        lifted.waitUntilExit()
        let late = SignedInUser.freshName()
        #expect(try await alice.put(late, body, ifRevision: 0).status == 200)
        #expect(server.stop() == 0)
        let again = try await ServerBinary(folder)
        let later = SignedInUser(user: user, at: again.http, tokens: alice.tokens)
        for name in written + [late] { #expect(try await later.get(name).body == body) }
        #expect(again.stop() == 0)
    }
}
