import CloudMLSAPI
import Foundation
import Glibc
import KeyStoreServer
import NIOHTTP1
import ServerKit
import TestSupport
import Testing

/// A database that cannot be written, at the start or from some moment on.
@Suite struct ReadOnlyDiskTests {
    @Test(.enabled(if: ReadOnlyDisk.isUsable, "there is no C compiler"))
    func aDiskThatTurnsReadOnlyIsStillReadAndMayRecover() async throws {
        let folder = try TemporaryFolder()
        let disk = try ReadOnlyDisk(in: folder.url)
        let server = try await ServerBinary(folder, wrapper: disk.wrapper, options: ["--registration", "open"])
        let user = try TestUser("alice")
        try await user.register(at: server.http, token: nil)
        let alice = try await user.signIn(at: server.http)
        let (kept, late) = (SignedInUser.freshName(), SignedInUser.freshName())
        #expect(try await alice.put(kept, [1, 2, 3], ifRevision: 0).status == 200)

        // Twice: a failure must not leave anything behind that the next write trips over.
        for round in 1...2 {
            try disk.turnReadOnly()
            let refused = [
                try await alice.put(late, [4], ifRevision: UInt64(round - 1)),
                try await alice.delete(kept, ifRevision: 1),
                try await alice.batch([BatchOperation(name: Bytes(late), ifRevision: UInt64(round - 1), body: [4])]),
                try await alice.deleteSlot(user.slotID, ifRevision: 1),
                try await user.login(at: server.http),
                try await alice.http.send(
                    .PUT, "/v1/keyring", json: KeyringWrite(body: [1]), headers: ["If-Match": "\"1\""]),
            ]
            // The last way in stays whatever the disk does; all the others would be written.
            for (number, answer) in refused.enumerated() where number != 3 {
                expect(answer, .unavailable)
                #expect(answer.headers.first(name: "Retry-After") == "30")
            }
            expect(refused[3], .lastWayIn)
            #expect(try server.errors.contains("disk"))
            #expect(try await alice.get(kept).body == [1, 2, 3])
            #expect(try await alice.changes().changes.count == round)
            #expect(try await alice.slots().count == 1)
            #expect(try await server.http.send(.GET, "/health").status == 200)
            try disk.recover()
            #expect(try await alice.put(late, [4], ifRevision: UInt64(round - 1)).status == 200)
        }
        server.kill()
        let again = try await ServerBinary(folder)
        let later = SignedInUser(user: user, at: again.http, tokens: alice.tokens)
        #expect(try await later.get(kept).body == [1, 2, 3])
        #expect(try await later.get(late).etag == "\"2\"")
        #expect(try await later.changes().changes.count == 2)
        #expect(again.stop() == 0)
    }

    private static let setpriv = "/usr/bin/setpriv"
    private static let nobody = 65_534

    /// Root may write anywhere.
    private static let asNobody =
        geteuid() == 0
        ? [setpriv, "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups"] : []

    @Test(
        .enabled(
            if: geteuid() != 0 || FileManager.default.isExecutableFile(atPath: setpriv), "setpriv is missing"),
        arguments: ["data.sqlite", "lock"])
    func aFileThatCannotBeWrittenIsNamedAtTheStart(file: String) async throws {
        let store = try await BackedUpStore()
        if geteuid() == 0 {
            for path in [store.folder.url.path] + (try store.files().map(store.path)) {
                #expect(chown(path, UInt32(Self.nobody), UInt32(Self.nobody)) == 0)
            }
        }
        let path = "\(store.dataFolder)/\(file)"
        #expect(chmod(path, 0o400) == 0)
        let before = try Data(contentsOf: URL(filePath: store.database))
        let result = try await ServerBinary.run(
            ["--data", store.dataFolder, "--port", "0"], wrapper: Self.asNobody)
        #expect(result.status == 73, "\(result)")
        #expect(result.errors.contains(path), "\(result.errors)")
        #expect(result.errors.contains("Permission denied"))
        #expect(result.errors.contains("chmod u+w"))
        #expect(result.output.isEmpty)
        let doctor = try await ServerBinary.run(["doctor", "--data", store.dataFolder], wrapper: Self.asNobody)
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("chmod u+w"), "\(doctor.output)")
        #expect(try Data(contentsOf: URL(filePath: store.database)) == before)
        // What it advises helps.
        #expect(chmod(path, 0o600) == 0)
        _ = try await store.expectEverything()
    }
}
