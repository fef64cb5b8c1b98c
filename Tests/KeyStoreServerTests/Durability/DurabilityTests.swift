import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import ServerKit
import Synchronization
import Testing

/// An answered write survives a power cut.
@Suite struct DurabilityTests {
    @Test func theWriterSyncsEveryTransaction() async throws {
        let server = try await RunningKeyStore.start()
        #expect(try server.application.core.database.synchronousMode() == 2)
        // Still so when it has written.
        _ = try await server.firstUser()
        #expect(try server.application.core.database.synchronousMode() == 2)
        await server.stop()
    }

    @Test func anAnsweredWriteSurvivesAKill() async throws {
        let folder = try TemporaryFolder()
        let first = try await ServerBinary(folder, options: ["--registration", "open"])
        let user = try TestUser("alice")
        try await user.register(at: first.http, token: nil)
        let alice = try await user.signIn(at: first.http)
        let name = SignedInUser.freshName()
        #expect(try await alice.put(name, [1, 2, 3], ifRevision: 0).status == 200)
        first.kill()
        let second = try await ServerBinary(folder)
        let again = SignedInUser(user: user, at: second.http, tokens: alice.tokens)
        let read = try await again.get(name)
        #expect(read.body == [1, 2, 3])
        #expect(read.etag == "\"1\"")
        #expect(second.stop() == 0)
    }

    @Test func noAnsweredWriteOfManyIsLostInAKill() async throws {
        let folder = try TemporaryFolder()
        let first = try await ServerBinary(folder, options: ["--registration", "open"])
        let user = try TestUser("alice")
        try await user.register(at: first.http, token: nil)
        let alice = try await user.signIn(at: first.http)
        let answered = await withTaskGroup(of: [[UInt8]].self) { tasks in
            let count = Count()
            // As many as the client has connections: none waits for one when the server is gone.
            for _ in 0..<8 {
                tasks.addTask {
                    var names: [[UInt8]] = []
                    while true {
                        let name = SignedInUser.freshName()
                        guard let answer = try? await alice.put(name, name, ifRevision: 0), answer.status == 200 else {
                            return names
                        }
                        names.append(name)
                        // In the middle of all the others.
                        if count.next() == 500 { first.kill() }
                    }
                }
            }
            return await tasks.reduce(into: []) { $0 += $1 }
        }
        #expect(answered.count >= 500)
        let second = try await ServerBinary(folder)
        let again = SignedInUser(user: user, at: second.http, tokens: alice.tokens)
        for name in answered { #expect(try await again.get(name).body == name) }
        #expect(second.stop() == 0)
    }

    private final class Count: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    @Test(.enabled(if: Tracer.isUsable, "strace is missing, or must not trace here"))
    func everyWriteIsSynced() async throws {
        let folder = try TemporaryFolder()
        let trace = folder.url.appending(path: "trace")
        let server = try await ServerBinary(
            folder,
            // A sync takes as long as on a slow disk, so that what is sent at once also arrives while one is under way.
            wrapper: [
                Tracer.path, "-f", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_exit=20000", "-o",
                trace.path,
            ],
            options: ["--registration", "open"])
        let user = try TestUser("alice")
        try await user.register(at: server.http, token: nil)
        let alice = try await user.signIn(at: server.http)
        func syncs() throws -> Int {
            try String(contentsOf: trace, encoding: .utf8).matches(of: /f(data)?sync\(/).count
        }
        let before = try syncs()
        let name = SignedInUser.freshName()
        for revision in UInt64(0)..<100 {
            #expect(try await alice.put(name, [UInt8(revision)], ifRevision: revision).status == 200)
        }
        #expect(try syncs() - before >= 100)

        // Those that wait together share one.
        let beforeMany = try syncs()
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<32 {
                tasks.addTask {
                    try await alice.put(SignedInUser.freshName(), [1], ifRevision: 0).status
                }
            }
            for try await status in tasks { #expect(status == 200) }
        }
        #expect(try (1...24).contains(syncs() - beforeMany))
        try server.stopWrapped()
    }
}
