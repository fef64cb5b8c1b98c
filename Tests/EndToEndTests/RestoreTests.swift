import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Testing

/// What a restored key store means for the people who use it, with real servers and the real command.
struct RestoreTests {
    /// Runs a command of a server to its end.
    private func command(_ role: ServerRole, _ arguments: [String], in world: World) async throws
        -> ChildProcess.Outcome
    {
        try await ChildProcess(
            ServerProcess.executable(role), arguments, environment: ["HOME": world.place.url.path],
            folder: world.place.url, name: "command"
        ).outcome()
    }

    /// A restored backup: everybody signs in again, is told, and the group goes on with keys that nobody used before.
    @Test func afterARestoreTheGroupGoesOn() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await LibraryUser.signUp("bob", in: world, keyStore: 1)
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
        let again = try await start(store, in: world)

        // Signed out, but with nothing to set up again.
        #expect(try await alice.run("send", "chat", input: "x").status == 77)
        let signIn = try await alice.run(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file",
            world.passwordFile(of: "alice").path)
        try #require(signIn.status == 0, "\(signIn)")
        #expect(signIn.errors.contains("restored from a backup"))
        try await expectToldOnce(alice, sending: "with a new key")
        let phone = try world.device("phone")
        try await phone.signIn("alice", password: World.password(of: "alice"), in: world)
        try await phone.succeeds("send", "chat", input: "from the phone")
        let texts = ["before the backup", "after the backup", "with a new key", "still with it", "from the phone"]
        for device in [alice, phone] { #expect(try await device.texts("chat") == texts) }
        try await expectOneUseOfEachKey(texts, by: bob, in: world)
        try await again.stop()
        for server in [world.authDelivery, world.keyStores[1]] { try await server.stop() }
    }

    /// An older copy of the data folder, put in its place by hand: the server cannot tell, and is not another incarnation.
    ///
    /// - Parameter isKnown: whether the device that sends first had seen the newer state.
    @Test(arguments: [true, false])
    func anOlderCopyOfTheFilesIsNoticedBeforeAnythingIsSent(isKnown: Bool) async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await LibraryUser.signUp("bob", in: world, keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        try await alice.succeeds("send", "chat", input: "before the copy")
        let third = try await world.replacingTheFilesOfTheFirstKeyStore {
            try await alice.succeeds("send", "chat", input: "after the copy")
        }

        // Still signed in; nothing says "restored" but the anchor, to the known device and to a new one.
        let phone = try world.device("phone")
        try await phone.signIn("alice", password: World.password(of: "alice"), in: world)
        try await expectToldOnce(isKnown ? alice : phone, sending: "with a new key")
        try await (isKnown ? phone : alice).succeeds("send", "chat", input: "from the other")
        let texts = ["before the copy", "after the copy", "with a new key", "still with it", "from the other"]
        for device in [alice, phone] { #expect(try await device.texts("chat") == texts) }
        try await expectOneUseOfEachKey(texts, by: bob, in: world)
        try await third.stop()
        for server in [world.authDelivery, world.keyStores[1]] { try await server.stop() }
    }

    /// What the older copy does not have: a member that Alice added, and a group that she made.
    @Test func whatTheOlderCopyLostIsMadeGoodByTheOthers() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        let carol = try await world.signUp("carol", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        try await alice.succeeds("send", "chat", input: "before the copy")
        let third = try await world.replacingTheFilesOfTheFirstKeyStore {
            try await alice.succeeds("group", "add", "chat", "folder:carol")
            try await alice.succeeds("group", "create", "trip", "--member", "folder:bob")
            try await alice.succeeds("send", "trip", input: "lost with its epoch")
        }

        let told = try await alice.run("read", "chat")
        #expect(told.status == 0, "\(told)")
        #expect(told.errors.contains("can only be read for now"), "\(told)")
        let refused = try await alice.run("send", "chat", input: "too early")
        #expect(refused.status == 77, "\(refused)")
        // Whoever of the others comes first adds her again.
        for device in [bob, carol, alice] { try await device.succeeds("read", "chat", "--all") }
        for group in ["chat", "trip"] {
            let sent = try await alice.run("send", group, input: "back in \(group)")
            #expect(sent.status == 0, "\(sent)")
        }
        for (device, group, texts) in [
            (alice, "chat", ["before the copy", "back in chat"]), (bob, "chat", ["before the copy", "back in chat"]),
            (carol, "chat", ["back in chat"]), (alice, "trip", ["back in trip"]),
            (bob, "trip", ["lost with its epoch", "back in trip"]),
        ] {
            #expect(try await device.texts(group) == texts, "\(group)")
        }
        try await third.stop()
        for server in [world.authDelivery, world.keyStores[1]] { try await server.stop() }
    }

    private func start(_ store: ServerProcess, in world: World) async throws -> ServerProcess {
        try await ServerProcess.start(.keyStore, in: store.dataFolder, port: store.port, logs: world.place)
    }

    /// The first message says what happened, and is sent; the second says nothing more.
    private func expectToldOnce(
        _ device: Device, sending text: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let first = try await device.run("send", "chat", input: text)
        #expect(first.status == 0, "\(first)", sourceLocation: location)
        #expect(first.errors.contains("had an older state of group"), "\(first)", sourceLocation: location)
        let second = try await device.run("send", "chat", input: "still with it")
        #expect(second.status == 0, "\(second)", sourceLocation: location)
        #expect(!second.errors.contains("older state"), "\(second)", sourceLocation: location)
    }

    /// Bob reads everything that is on the messenger, and no key of it, nor of the group's log, was used twice.
    private func expectOneUseOfEachKey(
        _ texts: [String], by bob: LibraryUser, in world: World, at location: SourceLocation = #_sourceLocation
    ) async throws {
        try await bob.messenger.sync()
        let group = try #require(try await bob.messenger.groups().first).id
        let sealed = try contents(below: world.sharedFolder).values.flatMap { data in
            String(decoding: data, as: UTF8.self).matches(of: /cloudmls1:[A-Za-z0-9_-]+/).map { String($0.output) }
        }
        var read: [String] = []
        for text in sealed {
            if case .sealed(let message) = try await bob.messenger.decrypt(text) { read.append(message.text) }
        }
        #expect(read.sorted() == texts.sorted(), sourceLocation: location)
        let log = try await bob.context.authDelivery.log(group: group.bytes, after: 0, limit: 100).entries
        // Bob has no record of the epoch before he was added.
        let handshakes = log.filter { $0.epoch > 0 }.map { MessageText.encode($0.message.array) }
        for messages in [sealed, handshakes] {
            var addresses: Set<MessageAddress> = []
            for text in messages {
                let path = StorePath.epoch(try MessageAddress.epoch(of: text), of: group)
                let record = try #require(try await bob.context.sealed.value(path).body)
                addresses.insert(try MessageAddress(text, epochRecord: record))
            }
            #expect(addresses.count == messages.count, sourceLocation: location)
        }
        #expect(!handshakes.isEmpty, sourceLocation: location)
    }
}

extension World {
    /// Copies the first key store's files, lets something happen, and puts the copy in the place of what there is then.
    fileprivate func replacingTheFilesOfTheFirstKeyStore(
        after change: () async throws -> Void
    ) async throws -> ServerProcess {
        let store = keyStores[0]
        let copy = place.url.appending(path: "older-copy")
        try await store.stop()
        try FileManager.default.copyItem(at: store.dataFolder, to: copy)
        let second = try await ServerProcess.start(
            .keyStore, in: store.dataFolder, port: store.port, logs: place)
        try await change()
        try await second.stop()
        try FileManager.default.removeItem(at: store.dataFolder)
        try FileManager.default.moveItem(at: copy, to: store.dataFolder)
        return try await ServerProcess.start(.keyStore, in: store.dataFolder, port: store.port, logs: place)
    }
}

extension ServerProcess {
    fileprivate var port: Int { origin.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
}
