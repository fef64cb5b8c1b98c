import Foundation
import GRDB
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What the thesis's own tests showed (Käppeli 2022, chapter 3), each with real servers and the real command.
@Suite(.serialized)
struct ThesisTests {
    @Test func severalUsersSignUpAndHaveSeveralAccounts() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("account", "add", "folder:alice-at-work", "--folder", world.sharedFolder.path)
        let accounts = try await alice.succeeds("account", "list")
        #expect(accounts.contains("folder:alice "))
        #expect(accounts.contains("folder:alice-at-work "))
        #expect(accounts.contains(world.sharedFolder.path))
        #expect(try await bob.succeeds("account", "list").split(separator: "\n").count == 1)

        // A name belongs to the first who claims it.
        let taken = try await bob.run("account", "add", "folder:alice", "--folder", world.sharedFolder.path)
        #expect(taken.status == 73)
        #expect(try await bob.succeeds("account", "list").split(separator: "\n").count == 1)

        // Each account can be in groups of its own.
        try await bob.succeeds("group", "create", "work", "--member", "folder:alice-at-work")
        try await bob.succeeds("send", "work", input: "to your desk")
        #expect(try await alice.texts("work") == ["to your desk"])
        #expect(try await alice.succeeds("group", "members", "work").contains("folder:alice-at-work"))
        try await world.stop()
    }

    @Test func keysAreThereAfterSignInGoneAfterSignOutAndTheSameAfterTheNext() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        try await bob.succeeds("send", "chat", input: "before")
        #expect(try await alice.texts("chat") == ["before"])
        let identities = try identityKeys(world)

        try await alice.succeeds("sign-out")
        for (path, content) in try contents(below: alice.home) {
            #expect(!path.hasSuffix("session"), "\(path) is left")
            #expect(content.isEmpty || !path.contains("session"))
        }
        #expect(try await alice.run("read", "chat").status == 77)
        #expect(try await alice.run("whoami").status == 77)
        try await bob.succeeds("send", "chat", input: "while alice was away")

        let wrong = try world.place.file("wrong", "not the password")
        let refused = try await alice.run(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file", wrong.path)
        #expect(refused.status == 77)
        #expect(try await alice.run("whoami").status == 77)

        try await alice.succeeds(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file", "-",
            input: World.password(of: "alice") + "\n")
        #expect(try await alice.texts("chat") == ["before", "while alice was away"])
        #expect(try identityKeys(world) == identities)
        try await world.stop()
    }

    @Test func aSessionCanBeDoneWithout() async throws {
        let world = try await World.make(keyStores: 1)
        _ = try await world.signUp("alice")
        let device = try world.device("somebody-else's")
        let password = World.password(of: "alice") + "\n"
        let before = try sessions(world)
        try await device.succeeds(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--no-session", "--password-file", "-",
            input: password)
        #expect(try await device.run("account", "list").status == 77)
        let accounts = try await device.succeeds(
            "account", "list", "--no-session", "--password-file", "-", input: password)
        #expect(accounts.contains("folder:alice"))
        #expect(try !holdsSession(device))
        #expect(before > 0)
        #expect(try sessions(world) == before)
        try await device.succeeds("sign-out", "--no-session")
        #expect(try await device.run("sign-out", "--no-session").status == 77)

        // With a session there is the file that was looked for.
        try await device.succeeds(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file", "-", input: password)
        #expect(try holdsSession(device))
        try await world.stop()
    }

    @Test func keyPackagesLastThirtyDays() async throws {
        let world = try await World.make(keyStores: 1)
        _ = try await world.signUp("alice")
        let database = try DatabaseQueue(path: StoredData.databases(in: world.authDelivery.dataFolder)[0].path)
        let ends = try await database.read { try UInt64.fetchAll($0, sql: "SELECT not_after FROM key_packages") }
        let month = UInt64(30 * 86_400)
        let now = UInt64(Date().timeIntervalSince1970)
        #expect(!ends.isEmpty)
        #expect(ends.allSatisfy { ((now + month - 3_700)...(now + month)).contains($0) }, "\(ends), now \(now)")
        try await world.stop()
    }

    /// Texts that are repeated, so that the longest one, of 64 KiB, does not fill the test's log.
    @Test(arguments: [
        ("short", 1), ("\n\nempty lines\n\n\n", 1), ("emoji 🏔️👩‍👩‍👧‍👦 and ünïcödé", 1), ("64 KiB\n…", 6_554),
        ("cloudmls1:AAAA", 1),
    ])
    func messagesArriveUnchangedInBothDirections(part: String, count: Int) async throws {
        let text = String(repeating: part, count: count)
        let stage = try await Pair.shared.value
        for (sender, receiver) in [(stage.alice, stage.bob), (stage.bob, stage.alice)] {
            try await sender.succeeds("send", "chat", input: text)
            #expect(try await receiver.texts("chat", all: false).last == text)
            #expect(try await sender.texts("chat").last == text)
            #expect(try await receiver.texts("chat", all: false).isEmpty)

            let sealed = try await sender.succeeds("encrypt", "chat", input: text)
            #expect(sealed.hasPrefix("cloudmls1:"))
            #expect(try await receiver.succeeds("decrypt", input: sealed) == text)
            // Any number of times, on any device.
            #expect(try await receiver.succeeds("decrypt", input: sealed) == text)
            #expect(try await sender.succeeds("decrypt", input: sealed) == text)
        }
    }

    @Test func membersReadWhatWasSentWhileTheyWereMembers() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        let carol = try await world.signUp("carol", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        try await alice.succeeds("send", "chat", input: "1: alice and bob")
        try await bob.succeeds("send", "chat", input: "2: alice and bob")
        // Bob adds carol; nobody has read yet.
        try await bob.succeeds("group", "add", "chat", "folder:carol")
        try await carol.succeeds("send", "chat", input: "3: all")
        try await alice.succeeds("send", "chat", input: "4: all")
        try await alice.succeeds("group", "remove", "chat", "folder:bob")
        try await alice.succeeds("send", "chat", input: "5: alice and carol")
        try await carol.succeeds("send", "chat", input: "6: alice and carol")

        // Messages of past epochs, also those of epochs that the reader passed in one go.
        #expect(try await alice.texts("chat").map { $0.prefix(1) } == ["1", "2", "3", "4", "5", "6"])
        #expect(try await bob.texts("chat").map { $0.prefix(1) } == ["1", "2", "3", "4"])
        #expect(try await carol.texts("chat").map { $0.prefix(1) } == ["3", "4", "5", "6"])

        #expect(try await alice.succeeds("group", "members", "chat") == "folder:alice\nfolder:carol\n")
        let hidden = try await bob.messages("chat").filter { $0.text == nil }
        #expect(hidden.count == 2)
        #expect(hidden.allSatisfy { $0.kind == "undecryptable" && $0.reason?.isEmpty == false })
        #expect(try await bob.run("send", "chat", input: "let me in").status == 77)
        #expect(try await bob.run("group", "add", "chat", "folder:bob").status == 77)
        try await world.stop()
    }

    @Test func whoWasMissingCanBeAddedLater() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        #expect(try await alice.run("group", "create", "chat", "--member", "folder:bob").status == 67)
        _ = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        #expect(try await alice.run("group", "add", "chat", "folder:carol").status == 67)
        let carol = try await world.signUp("carol", keyStore: 1)
        try await alice.succeeds("group", "add", "chat", "folder:carol")
        try await alice.succeeds("send", "chat", input: "now all are here")
        #expect(try await carol.texts("chat") == ["now all are here"])
        try await world.stop()
    }

    @Test func aNewDeviceReadsTheEntireHistory() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        for number in 1...3 {
            try await alice.succeeds("send", "chat", input: "from alice \(number)")
            try await bob.succeeds("send", "chat", input: "from bob \(number)")
        }
        let device = try world.device("alice's new one")
        try await device.succeeds(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file",
            world.passwordFile(of: "alice").path)
        #expect(try await device.texts("chat") == alice.texts("chat"))
        #expect(try await device.texts("chat").count == 6)
        // The old one keeps working, and both write.
        try await device.succeeds("send", "chat", input: "from the new device")
        try await alice.succeeds("send", "chat", input: "from the old device")
        #expect(try await bob.texts("chat").suffix(2) == ["from the new device", "from the old device"])
        try await world.stop()
    }

    @Test func malformedAndForeignTextsAreShownAsSuch() async throws {
        let stage = try await Pair.shared.value
        let chat = stage.world.sharedFolder.appending(path: "malformed")
        try await stage.alice.succeeds("group", "create", "malformed", "--member", "folder:bob")
        try await stage.alice.succeeds("send", "malformed", input: "good")
        let good = try #require(
            try FileManager.default.contentsOfDirectory(at: chat, includingPropertiesForKeys: nil).first)
        var text = try String(contentsOf: good, encoding: .utf8).trimmingCharacters(in: .newlines)
        // One character in the middle of the ciphertext is another one.
        let middle = text.index(text.startIndex, offsetBy: text.count / 2)
        text.replaceSubrange(middle...middle, with: text[middle] == "A" ? "B" : "A")
        let bad = [
            "cloudmls1:", "cloudmls1:AAAA", "cloudmls1:%%%", text, String(text.prefix(text.count / 2)),
            "hello without encryption",
        ]
        for (number, content) in bad.enumerated() {
            try Data((content + "\n").utf8).write(to: chat.appending(path: "by-hand-\(number).txt"))
        }
        let messages = try await stage.bob.messages("malformed")
        #expect(messages.count == bad.count + 1)
        #expect(messages.filter { $0.kind == "sealed" }.compactMap(\.text) == ["good"])
        #expect(messages.filter { $0.kind == "plain" }.compactMap(\.text) == ["hello without encryption"])
        #expect(messages.filter { $0.kind == "undecryptable" }.count == bad.count - 1)
        try await stage.bob.succeeds("send", "malformed", input: "still fine")
        #expect(try await stage.alice.texts("malformed").contains("still fine"))
    }

    /// How many sessions both servers know.
    private func sessions(_ world: World) throws -> Int {
        try ([world.authDelivery] + world.keyStores).reduce(0) { sum, server in
            let database = try DatabaseQueue(path: StoredData.databases(in: server.dataFolder)[0].path)
            return sum + (try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sessions") } ?? 0)
        }
    }

    private func holdsSession(_ device: Device) throws -> Bool {
        try contents(below: device.home).contains { $0.key.split(separator: "/").last == "session" }
    }

    private func identityKeys(_ world: World) throws -> [String] {
        try StoredData.of(world.authDelivery).filter { $0.key.hasSuffix("/identity_keys") }.flatMap(\.value)
    }
}

/// Alice and bob in a group, for tests that only talk.
struct Pair: Sendable {
    var world: World
    var alice: Device
    var bob: Device

    static let shared = Task {
        let world = try await World.make()
        let pair = Pair(
            world: world, alice: try await world.signUp("alice"), bob: try await world.signUp("bob", keyStore: 1))
        try await pair.alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        return pair
    }
}
