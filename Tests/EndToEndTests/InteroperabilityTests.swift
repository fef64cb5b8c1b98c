import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

/// The documents are enough to write another client: one that was, in Python, reads what ours wrote.
struct InteroperabilityTests {
    @Test(
        .enabled(
            if: PythonClient.isWanted,
            "no Python has the packages cryptography and argon2-cffi: Deploy/test sets one up"))
    func aClientFromTheDocumentsReadsTheWholeStore() async throws {
        let world = try await World.make(keyStores: 1)
        let device = try await world.signUp("alice")
        try await device.succeeds("group", "create", "chat")
        try await device.succeeds("send", "chat", input: "hello")
        let alice = try await LibraryUser.signIn("alice", in: world)
        let group = try #require(try await alice.messenger.groups().first)
        let paths = [
            StorePath.index, StorePath.pins, StorePath.account(alice.account), StorePath.keyPackages(alice.account),
            StorePath.head(group.id), StorePath.roster(group.id), "never/written",
        ]
        let origin = world.keyStores[0].origin
        let server = try await alice.context.keyStore.serverInfo().serverID.array

        let command = [origin, "alice", "--password-file", try world.passwordFile(of: "alice").path]
        let outcome = try await PythonClient.run(
            command + ["--server-id", server.hex] + paths.flatMap { ["--path", $0] }, place: world.place)
        try #require(outcome.status == 0, "\(outcome)")
        let answer = try JSONDecoder().decode(PythonClient.Answer.self, from: Data(outcome.output.utf8))

        let keyring = try await alice.context.keyStore.keyring()
        #expect(answer.storeID == keyring.storeID.array.hex)
        #expect(answer.keyringRevision == keyring.revision)
        #expect(answer.slots == (try await alice.context.keyStore.slots()).map(\.id.array.hex))
        #expect(answer.incarnation == (await alice.context.keyStore.incarnation())?.hex)
        #expect(
            answer.authDeliveryServerID == (try await alice.context.authDelivery.serverInfo()).serverID.array.hex)

        // Every object there is, and each one opens.
        let feed = try await alice.context.keyStore.changes(after: 0, limit: 1_000)
        #expect(answer.cursor == feed.cursor)
        let listed = answer.objects.filter { $0.revision > 0 }
        #expect(listed.map(\.name) == feed.changes.map(\.name.array.hex))
        #expect(listed.map(\.revision) == feed.changes.map(\.revision))
        #expect(listed.map { $0.plaintext == nil } == feed.changes.map(\.deleted))

        // And those whose path is known hold what the library reads.
        let values = try await alice.context.sealed.read(paths)
        for path in paths {
            let read = try #require(answer.objects.first { $0.path == path })
            #expect(read.revision == values[path]?.revision)
            #expect(read.plaintext.map { Array($0) } == values[path]?.body)
        }
        #expect(values["never/written"]?.revision == 0)
        #expect(values[StorePath.index]?.body != nil)

        // With what a device has pinned, which it may refuse.
        let pinned = command + ["--store-public-key", answer.storePublicKey]
        #expect(try await PythonClient.run(pinned, place: world.place).status == 0)
        for wrong in [
            ["--server-id", String(repeating: "0", count: 64)],
            ["--store-public-key", try StoreSigningKey.random().publicKey.bytes.hex],
        ] {
            #expect(try await PythonClient.run(command + wrong, place: world.place).status != 0)
        }
        let wrongPassword = try await PythonClient.run(
            [origin, "alice", "--password-file", try world.place.file("wrong", "not the password").path],
            place: world.place)
        #expect(wrongPassword.errors.contains("401 wrong_credentials"), "\(wrongPassword)")
        try await world.stop()
    }
}
