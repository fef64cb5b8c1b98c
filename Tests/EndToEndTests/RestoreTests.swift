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
        // Nor does a device that has never seen the newer state.
        let phone = try world.device("phone")
        try await phone.signIn("alice", password: World.password(of: "alice"), in: world)
        try await expectRefusal(phone, in: world)
        #expect(try await bob.texts("chat") == ["before the backup", "after the backup"])
        try await again.stop()
        for server in [world.authDelivery, world.keyStores[1]] { try await server.stop() }
    }

    /// An older copy of the data folder, put in its place by hand: the server cannot tell, and is not another incarnation.
    @Test func anOlderCopyOfTheFilesIsNoticedBeforeAnythingIsSent() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        try await alice.succeeds("send", "chat", input: "before the copy")
        let store = world.keyStores[0]
        let copy = world.place.url.appending(path: "older-copy")
        let port = try #require(store.origin.split(separator: ":").last.flatMap { Int($0) })

        try await store.stop()
        try FileManager.default.copyItem(at: store.dataFolder, to: copy)
        let second = try await ServerProcess.start(.keyStore, in: store.dataFolder, port: port, logs: world.place)
        try await alice.succeeds("send", "chat", input: "after the copy")
        try await second.stop()
        try FileManager.default.removeItem(at: store.dataFolder)
        try FileManager.default.moveItem(at: copy, to: store.dataFolder)
        let third = try await ServerProcess.start(.keyStore, in: store.dataFolder, port: port, logs: world.place)

        // Still signed in; nothing says "restored" but the anchor, to the known device and to a new one.
        try await expectRefusal(alice, in: world)
        let phone = try world.device("phone")
        try await phone.signIn("alice", password: World.password(of: "alice"), in: world)
        try await expectRefusal(phone, in: world)
        // It is said again each time, and everything can be read meanwhile.
        try await expectRefusal(alice, in: world)
        for device in [alice, phone, bob] {
            #expect(try await device.texts("chat") == ["before the copy", "after the copy"])
        }
        try await third.stop()
        for server in [world.authDelivery, world.keyStores[1]] { try await server.stop() }
    }

    /// Sending is refused with the reason and what to do, and nothing reaches the messenger.
    private func expectRefusal(
        _ device: Device, in world: World, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try contents(below: world.sharedFolder)
        let refused = try await device.run("send", "chat", input: "with a key that was used before")
        #expect(refused.status == 76, "\(refused)", sourceLocation: location)
        #expect(refused.errors.contains("older state of this group"), "\(refused)", sourceLocation: location)
        #expect(refused.errors.contains("put the newer one back"), "\(refused)", sourceLocation: location)
        #expect(try contents(below: world.sharedFolder) == before, sourceLocation: location)
    }
}
