import CloudMLSAPI
import Foundation
import Testing

/// What a restored key store means for the people who use it, with real servers and the real command.
struct RestoreTests {
    /// Runs a command of a server to its end.
    private func command(_ role: ServiceRole, _ arguments: [String], in world: World) async throws
        -> ChildProcess.Outcome
    {
        try await ChildProcess(
            ServerProcess.executable(role), arguments, environment: ["HOME": world.place.url.path],
            folder: world.place.url, name: "command"
        ).outcome()
    }

    @Test func theHistoryCanBeReadAfterARestoreAndTheGroupDoesNotSendInThePast() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        try await alice.succeeds("send", "chat", input: "before the backup")
        let store = world.keyStores[0]
        let backup = world.place.url.appending(path: "keys.backup").path
        let made = try await command(.keyStore, ["backup", backup, "--data", store.dataFolder.path], in: world)
        try #require(made.status == 0, "\(made)")
        try await alice.succeeds("send", "chat", input: "after the backup")

        // The other server's backup is refused, and so is a restore beside the running server.
        let other = world.place.url.appending(path: "ad.backup").path
        let otherMade = try await command(
            .authDelivery, ["backup", other, "--data", world.authDelivery.dataFolder.path], in: world)
        try #require(otherMade.status == 0, "\(otherMade)")
        let otherGood = try await command(.authDelivery, ["backup", "--verify", other], in: world)
        #expect(otherGood.status == 0, "\(otherGood)")
        let wrong = try await command(.keyStore, ["backup", "--verify", other], in: world)
        #expect(wrong.status == 65)
        #expect(wrong.errors.contains("auth-delivery-server"))
        let restore = ["restore", backup, "--force", "--data", store.dataFolder.path]
        #expect(try await command(.keyStore, restore, in: world).status == 75)

        try await store.stop()
        #expect(
            try await command(.keyStore, ["restore", other, "--force", "--data", store.dataFolder.path], in: world)
                .status == 65)
        let restored = try await command(.keyStore, restore, in: world)
        try #require(restored.status == 0, "\(restored)")
        let port = try #require(store.origin.split(separator: ":").last.flatMap { Int($0) })
        let again = try await ServerProcess.start(.keyStore, in: store.dataFolder, port: port, logs: world.place)

        // Signed out, but with nothing to set up again.
        #expect(try await alice.run("send", "chat", input: "x").status == 77)
        let signIn = try await alice.run(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file",
            world.passwordFile(of: "alice").path)
        try #require(signIn.status == 0, "\(signIn)")
        #expect(signIn.errors.contains("restored from a backup"))
        #expect(try await alice.texts("chat").contains("before the backup"))
        let refused = try await alice.run("send", "chat", input: "with a key that was used before")
        #expect(refused.status == 76, "\(refused)")
        #expect(try await bob.texts("chat") == ["before the backup", "after the backup"])
        try await again.stop()
        for server in [world.authDelivery, world.keyStores[1]] { try await server.stop() }
    }
}
