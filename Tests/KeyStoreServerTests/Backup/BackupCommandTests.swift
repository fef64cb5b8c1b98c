import CloudMLSAPI
import Foundation
import KeyHierarchy
import KeyStoreServer
import NIOHTTP1
import ServerKit
import Testing

/// `backup` and `restore` as people run them, and as machines end them.
@Suite struct BackupCommandTests {
    /// Whatever was answered before the backup began is in it, however much is written meanwhile.
    @Test func aBackupBesideABusyServerIsComplete() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerBinary(folder, options: ["--registration", "open"])
        let users = try (0..<4).map { try TestUser("user\($0)") }
        var writers: [Task<Void, any Error>] = []
        let answered = AnsweredWrites()
        for user in users {
            try await user.register(at: server.http, token: nil)
            let signedIn = try await user.signIn(at: server.http)
            writers.append(
                Task {
                    while !Task.isCancelled {
                        let name = SignedInUser.freshName()
                        let body = SignedInUser.freshName() + [UInt8](repeating: 1, count: 2_000)
                        let answer = try await signedIn.put(name, body, ifRevision: 0)
                        guard answer.status == 200 else { throw TestUser.Refused(answer: answer) }
                        await answered.add(user.name.rawValue, name, body)
                    }
                })
        }
        while await answered.count < 200 { await Task.yield() }
        let before = await answered.all
        let backup = folder.url.appending(path: "backup").path
        let made = try await ServerBinary.run(["backup", backup, "--data", folder.dataFolder])
        #expect(made.status == 0, "\(made.errors)")
        let during = await answered.count
        for writer in writers { writer.cancel() }
        for writer in writers { _ = await writer.result }
        #expect(during > before.count)
        #expect(server.stop() == 0)

        let verified = try await ServerBinary.run(["backup", "--verify", backup, "--json"])
        #expect(verified.status == 0, "\(verified.errors)")
        #expect(verified.output.contains("\"users\" : 4"))
        let other = try TemporaryFolder()
        let restored = try await ServerBinary.run(["restore", backup, "--data", other.dataFolder])
        #expect(restored.status == 0, "\(restored.errors)")
        let again = try await ServerBinary(other)
        for user in users {
            let signedIn = try await user.signIn(at: again.http)
            for write in before where write.user == user.name.rawValue {
                #expect(try await signedIn.get(write.name).body == write.body)
            }
        }
        #expect(again.stop() == 0)
    }

    /// What changes files. strace counts each of them apart.
    private static let calls = ["rename", "unlink", "fsync", "fdatasync", "ftruncate", "pwrite64", "openat"]

    /// Kills the command at its n-th call of one kind, for every n, until it comes to its end.
    /// - Parameter check: what must hold after each end.
    private func killEverywhere(
        _ arguments: [String], at call: String, check: () async throws -> Void
    ) async throws {
        var point = 1
        while true {
            let result = try await ServerBinary.run(
                arguments, wrapper: Tracer.signalling("SIGKILL", at: call, number: point))
            try await check()
            if result.status == 0 { return }
            // Most of the calls to open files are the loader's, and of those to write alike: not each of them is tried.
            point += max(1, point / 8)
        }
    }

    /// The old backup or the new one, never a half one.
    @Test(.enabled(if: Tracer.isUsable, "strace is missing, or must not trace here"), arguments: calls)
    func aKilledBackupLeavesTheOldOneOrTheNew(call: String) async throws {
        let store = try await BackedUpStore(objects: 2)
        try store.backUp()
        try await killEverywhere(
            ["backup", store.path("backup"), "--force", "--data", store.dataFolder], at: call
        ) {
            _ = try store.verify()
        }
        _ = try await store.expectEverything()
        try store.backUp(replacing: true)
        #expect(try store.files().filter { !$0.hasPrefix("data") } == ["backup"])
    }

    @Test(.enabled(if: Tracer.isUsable, "strace is missing, or must not trace here"), arguments: calls)
    func aKilledRestoreLeavesTheOldDatabaseOrTheNew(call: String) async throws {
        let store = try await BackedUpStore(objects: 2)
        try store.backUp()
        var incarnations: [Bytes] = [store.info.incarnation]
        try await killEverywhere(
            ["restore", store.path("backup"), "--force", "--data", store.dataFolder], at: call
        ) {
            // Whoever opens the folder next finds one of the two, whole.
            let info = try await store.expectEverything()
            #expect(info.serverID == store.info.serverID)
            if info.incarnation != incarnations.last { incarnations.append(info.incarnation) }
            let leftovers = try store.files().filter { $0.contains("restor") && !$0.contains("before-restore") }
            #expect(leftovers.isEmpty)
        }
        // A restore that was killed after it counted is carried through.
        if call == "rename" { #expect(incarnations.count > 2) }
    }

    /// Ctrl-C in the middle: the backup is there or not, and nothing else is.
    @Test(.enabled(if: Tracer.isUsable, "strace is missing, or must not trace here"), arguments: ["INT", "TERM"])
    func anInterruptedCommandCleansUp(signal: String) async throws {
        let store = try await BackedUpStore(objects: 2)
        try store.backUp(to: "good")
        // The disk is slow, so that the signal comes while the copy is being written.
        let wrapper = [
            Tracer.path, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e",
            "inject=fsync,fdatasync:delay_enter=5000000:when=1", "-o", "/dev/null", "/usr/bin/timeout",
            "--preserve-status", "--signal=\(signal)", "1",
        ]
        let before = try store.files()
        for arguments in [["backup", store.path("backup")], ["backup", "--verify", store.path("good")]] {
            let result = try await ServerBinary.run(arguments + ["--data", store.dataFolder], wrapper: wrapper)
            #expect(result.status == 130, "\(arguments): \(result.errors)")
            #expect(try store.files().filter { !$0.hasPrefix("data/data.sqlite-") } == before)
        }
    }

    @Test(arguments: [
        (["backup"], Int32(64), "file"),
        (["backup", "--verify", "--force", "x"], 64, "--force"),
        (["backup", "/nonexistent/x"], 66, "--data"),
        (["backup", "--verify", "/nonexistent/x"], 66, "/nonexistent/x"),
        (["restore", "/nonexistent/x"], 66, "/nonexistent/x"),
    ])
    func whatIsWrongIsSaid(arguments: [String], status: Int32, named: String) async throws {
        let folder = try TemporaryFolder()
        let result = try await ServerBinary.run(arguments + ["--data", folder.dataFolder])
        #expect(result.status == status)
        #expect(result.errors.contains(named))
        #expect(result.output.isEmpty)
    }
}

private actor AnsweredWrites {
    private(set) var all: [(user: String, name: [UInt8], body: [UInt8])] = []
    var count: Int { all.count }

    func add(_ user: String, _ name: [UInt8], _ body: [UInt8]) { all.append((user, name, body)) }
}
