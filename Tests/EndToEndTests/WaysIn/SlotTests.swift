import Foundation
import Testing

/// `slot` and `session` with the real programs.
@Suite(.serialized)
struct SlotTests {
    @Test func aDeviceSignsInWithItsKeyAndThePasswordCanGo() async throws {
        let world = try await World.make(keyStores: 1)
        let alice = try await world.signUp("alice")
        try await alice.succeeds("slot", "add", "device", "--name", "laptop")
        #expect(try await alice.run("slot", "add", "device", "--name", "again").status == 73)
        try await alice.succeeds("slot", "test", "device")
        try await alice.succeeds("slot", "remove", "password")
        // This session was the password's, and goes on: it had more to do.
        #expect(try await alice.succeeds("account", "list").contains("folder:alice"))
        try await alice.succeeds("sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--device-key")
        #expect(try await alice.succeeds("account", "list").contains("folder:alice"))

        let last = try await alice.run("slot", "remove", "laptop")
        #expect(last.status == 77)
        #expect(last.errors.contains("last way in"))
        // Signing out would take the last way in with it.
        let out = try await alice.run("sign-out")
        #expect(out.status == 77)
        try await alice.succeeds("sign-out", "--keep-device-key")
        try await alice.succeeds("sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--device-key")

        // A new password from nothing; then the device can go.
        let new = try world.place.file("new-password", "a new password\n")
        try await alice.succeeds("passwd", "--new-password-file", new.path)
        try await alice.succeeds("sign-out")
        let gone = try await alice.run(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--device-key")
        #expect(gone.status == 77)
        try await world.device("other").signIn("alice", password: "a new password", in: world)
        try await world.stop()
    }

    /// How a session can be over before somebody signs out.
    enum End: CaseIterable {
        case endedElsewhere
        case fileIsGone
        case fileCannotBeRead
        case keyWasRemovedElsewhere
    }

    @Test(arguments: End.allCases)
    func signingOutTakesTheKeyAlsoWhereTheSessionIsOver(end: End) async throws {
        let world = try await World.make(keyStores: 1)
        let alice = try await world.signUp("alice")
        try await alice.succeeds("slot", "add", "device", "--name", "laptop")
        let other = try world.device("other")
        try await other.signIn("alice", password: World.password(of: "alice"), in: world)
        let session = alice.home.appending(path: "cloudmls/session")
        switch end {
        case .endedElsewhere: try await other.succeeds("session", "end", "--others")
        case .fileIsGone: try FileManager.default.removeItem(at: session)
        case .fileCannotBeRead: try Data("no session".utf8).write(to: session)
        case .keyWasRemovedElsewhere:
            try await other.succeeds("slot", "remove", "laptop")
            try FileManager.default.removeItem(at: session)
        }
        let outcome = try await alice.run("sign-out")
        #expect(outcome.status == 0, "\(outcome)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: alice.home.path)
        #expect(!left.contains { $0.contains("device-key") || $0.hasSuffix("session") }, "\(left)")
        #expect(try await other.succeeds("slot", "list").split(separator: "\n").count == 1)
        #expect(try await alice.run("sign-out").status == 77)
        try await world.stop()
    }

    @Test func theListSaysWhatThereIs() async throws {
        let world = try await World.make(keyStores: 1)
        let alice = try await world.signUp("alice")
        try await alice.succeeds("slot", "add", "recovery", "--name", "in the safe")
        try await alice.succeeds("slot", "add", "device", "--name", "laptop")
        let lines = try await alice.succeeds("slot", "list").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains("password"))
        #expect(lines[1].contains("recovery  \"in the safe\""))
        #expect(lines[2].contains("(this device)"))
        #expect(!lines.joined().contains("DOES NOT WORK"))
        let other = try world.device("other")
        try await other.signIn("alice", password: World.password(of: "alice"), in: world)
        #expect(try await !other.succeeds("slot", "list").contains("(this device)"))
        try await other.succeeds("slot", "remove", "laptop")
        #expect(try await alice.succeeds("slot", "list").split(separator: "\n").count == 2)
        #expect(try await alice.run("slot", "remove", "laptop").status == 67)
        try await world.stop()
    }

    @Test func sessionsAreEndedOneByOne() async throws {
        let world = try await World.make(keyStores: 1)
        let alice = try await world.signUp("alice")
        let other = try world.device("other")
        try await other.signIn("alice", password: World.password(of: "alice"), in: world)
        struct Sessions: Decodable {
            struct Row: Decodable {
                var id: String
                var isThisDevice: Bool
            }
            var sessions: [Row]
        }
        let listed = try await alice.succeeds("session", "list", "--json")
        let sessions = try JSONDecoder().decode(Sessions.self, from: Data(listed.utf8)).sessions
        #expect(sessions.count == 4)
        #expect(sessions.count { $0.isThisDevice } == 2)
        let theirs = try #require(sessions.first { !$0.isThisDevice && $0.id.hasPrefix("key-store/") })
        try await alice.succeeds("session", "end", theirs.id)
        #expect(try await other.run("account", "list").status == 77)
        #expect(try await alice.run("session", "end", theirs.id).status == 67)
        try await alice.succeeds("session", "end", "--others")
        #expect(try await alice.succeeds("session", "list").split(separator: "\n").count == 2)
        try await world.stop()
    }
}
