import CloudMLSAPI
import CloudMLSClient
import Foundation
import GRDB
import KeyHierarchy
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `cloudmls key-store move` between two real key stores.
@Suite(.serialized)
struct MoveTests {
    private static let objects = 10_000

    /// Alice with two devices and many objects, in a chat with Bob.
    private struct Scene {
        let world: World
        let alice: Device
        let tablet: Device
        let bob: Device
        let code: URL

        static func make(objects: Int) async throws -> Scene {
            let world = try await World.make()
            let alice = try await world.signUp("alice")
            let bob = try await world.signUp("bob")
            try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
            if objects > 0 {
                let library = try await LibraryUser.signIn("alice", in: world)
                for start in stride(from: 0, to: objects, by: Limits.batchCount) {
                    let writes = (start..<min(start + Limits.batchCount, objects)).map { number in
                        SealedWrite(path: "test/\(number)", ifRevision: 0, body: Array("object \(number)".utf8))
                    }
                    guard case .written = try await library.context.sealed.write(writes) else {
                        throw CancellationError()
                    }
                }
                await library.context.logOut()
            }
            let scene = Scene(
                world: world, alice: alice, tablet: try world.device("tablet"), bob: bob,
                code: try await world.setupCode(keyStore: 1))
            try await scene.signIn(scene.tablet)
            return scene
        }

        func signIn(_ device: Device) async throws {
            try await device.succeeds(
                "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file",
                world.passwordFile(of: "alice").path)
        }

        var moving: [String] {
            get throws {
                [
                    "key-store", "move", "--to-file", code.path, "--password-file",
                    try world.passwordFile(of: "alice").path,
                ]
            }
        }

        /// Begins a move and ends it as soon as `condition` holds.
        func moveUntil(_ condition: () throws -> Bool) async throws -> ChildProcess.Outcome {
            let process = try ChildProcess(
                Executables.url(Executables.cloudmls), try moving, environment: alice.environment,
                folder: world.place.url, name: "moves")
            while !process.hasEnded, try !condition() { await Task.yield() }
            process.signal(SIGKILL)
            return try await process.outcome()
        }

        func value<Value: DatabaseValueConvertible & Sendable>(_ keyStore: Int, _ sql: String) throws -> Value? {
            let file = try #require(try StoredData.databases(in: world.keyStores[keyStore].dataFolder).first)
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            return try DatabaseQueue(path: file.path, configuration: configuration).read { db in
                try Value.fetchOne(db, sql: sql)
            }
        }

        func state(_ keyStore: Int) throws -> String? {
            try value(
                keyStore, "SELECT state FROM stores JOIN users ON users.id = user_id WHERE users.name = 'alice'")
        }

        /// Every object of Alice's with its revision and body, by name.
        func contents(_ keyStore: Int) throws -> String? {
            try value(
                keyStore,
                """
                SELECT group_concat(line, ';') FROM (
                    SELECT hex(objects.name) || revision || hex(coalesce(body, x'')) AS line FROM objects
                    JOIN users ON users.id = user_id WHERE users.name = 'alice' ORDER BY objects.name)
                """)
        }

        /// Each of the devices sends and all read it.
        func expectConversation(_ devices: [Device]) async throws {
            for (number, device) in devices.enumerated() {
                let text = "message \(number) of \(UUID().uuidString)"
                try await device.succeeds("send", "chat", input: text)
                for reader in devices + [bob] {
                    #expect(try await reader.texts("chat").contains(text))
                }
            }
        }
    }

    private struct Who: Decodable {
        var keyStore: String
    }

    private func keyStore(of device: Device) async throws -> String {
        let answer = try await device.succeeds("whoami", "--json")
        return try JSONDecoder().decode(Who.self, from: Data(answer.utf8)).keyStore
    }

    @Test func tenThousandObjectsMoveInSpiteOfThreeInterruptions() async throws {
        let scene = try await Scene.make(objects: Self.objects)
        let world = scene.world
        try await scene.expectConversation([scene.alice, scene.tablet])

        _ = try await scene.moveUntil { try scene.state(0) == "moving" }
        #expect(try scene.state(0) == "moving")
        // Meanwhile everything can be read, and a write is refused in so many words and not lost.
        #expect(try await !scene.tablet.texts("chat").isEmpty)
        let refused = try await scene.tablet.run("send", "chat", input: "while it moves")
        #expect(refused.status == 75)
        #expect(refused.errors.contains("being moved"))
        #expect(refused.errors.contains("`cloudmls key-store move --cancel`"))
        #expect(try await !scene.bob.texts("chat").contains("while it moves"))

        _ = try await scene.moveUntil {
            try (scene.value(1, "SELECT coalesce(max(objects), 0) FROM stores") ?? 0) >= 1_000
        }
        let copied: Int = try scene.value(1, "SELECT max(objects) FROM stores") ?? 0
        #expect((1_000..<Self.objects).contains(copied))
        #expect(try scene.state(1) == "receiving")
        let before = try scene.contents(0)

        _ = try await scene.moveUntil { try scene.state(0) == "moved" }
        #expect(try scene.state(0) == "moved")
        let outcome = try await scene.alice.run(try scene.moving)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try scene.state(1) == "active")
        #expect(try scene.contents(1) == before)
        #expect(try await keyStore(of: scene.alice) == world.keyStores[1].origin)

        // The tablet was not told; its message goes out at the new place.
        try await scene.tablet.succeeds("send", "chat", input: "while it moves")
        #expect(try await keyStore(of: scene.tablet) == world.keyStores[1].origin)
        try await scene.expectConversation([scene.tablet, scene.alice])
        let phone = try world.device("phone")
        try await scene.signIn(phone)
        try await scene.expectConversation([phone, scene.alice, scene.tablet])
        try await world.stop()
    }

    @Test func devicesFollowWhereTheOldKeyStoreIsGone() async throws {
        let scene = try await Scene.make(objects: 0)
        let world = scene.world
        let outcome = try await scene.alice.run(try scene.moving)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.isEmpty)
        // Bob's data is there too: he moves as well, under a code of his own.
        try await scene.bob.succeeds(
            "key-store", "move", "--to-file", world.setupCode(keyStore: 1).path, "--password-file",
            world.passwordFile(of: "bob").path)
        try await world.keyStores[0].kill()
        try await scene.expectConversation([scene.tablet, scene.alice])
        #expect(try await keyStore(of: scene.tablet) == world.keyStores[1].origin)
        try await world.stop()
    }

    @Test func aRunningProcessFollowsTwice() async throws {
        let world = try await World.make(keyStores: 3)
        let alice = try await world.signUp("alice")
        let process = try await LibraryUser.signIn("alice", in: world)
        for keyStore in [1, 2] {
            try await alice.succeeds(
                "key-store", "move", "--to-file", world.setupCode(keyStore: keyStore).path, "--password-file",
                world.passwordFile(of: "alice").path)
            let write = SealedWrite(path: "test/\(keyStore)", ifRevision: 0, body: [1])
            #expect(try await process.context.sealed.write([write]) == .written([1]))
        }
        // It moves the store itself by and by, from where that is now.
        let code = try SetupCode(text: String(contentsOf: await world.setupCode(), encoding: .utf8))
        let isMoved = try await KeyStoreMoves(process.context).move(
            to: code, userName: UserName(typed: "alice-again"),
            password: { try Password(World.password(of: "alice")) })
        #expect(isMoved)
        let write = SealedWrite(path: "test/last", ifRevision: 0, body: [1])
        #expect(try await process.context.sealed.write([write]) == .written([1]))
        try await alice.succeeds("account", "list")
        #expect(try await keyStore(of: alice) == world.keyStores[0].origin)
        try await world.stop()
    }

    @Test func whatWasCommittedIsFinishedByWhicheverDeviceComesNext() async throws {
        let scene = try await Scene.make(objects: 0)
        _ = try await scene.moveUntil { try scene.state(0) == "moved" }
        try #require(try scene.state(0) == "moved")
        try await scene.tablet.succeeds("send", "chat", input: "from the tablet")
        #expect(try scene.state(1) == "active")
        try await scene.expectConversation([scene.alice, scene.tablet])
        try await scene.world.stop()
    }

    @Test func aCancelledMoveCanBeRunAgainWithTheSameCode() async throws {
        let scene = try await Scene.make(objects: 3_000)
        _ = try await scene.moveUntil {
            try (scene.value(1, "SELECT coalesce(max(objects), 0) FROM stores") ?? 0) > 0
        }
        try #require(try scene.state(0) == "moving")
        try await scene.tablet.succeeds("key-store", "move", "--cancel")
        try await scene.expectConversation([scene.alice, scene.tablet])
        let outcome = try await scene.alice.run(try scene.moving)
        #expect(outcome.status == 0, "\(outcome)")
        try await scene.expectConversation([scene.alice, scene.tablet])
        #expect(try scene.state(1) == "active")

        let late = try await scene.tablet.run("key-store", "move", "--cancel")
        #expect(late.status != 0)
        try await scene.alice.succeeds(
            "key-store", "empty-old", "--yes", "--password-file", scene.world.passwordFile(of: "alice").path)
        let left: Int? = try scene.value(
            0, "SELECT count(*) FROM objects JOIN users ON users.id = user_id WHERE users.name = 'alice'")
        #expect(left == 0)
        try await scene.expectConversation([scene.alice, scene.tablet])
        try await scene.world.stop()
    }

    /// The first thing that the other device does after a move must be right for the server where the store is now.
    @Test func aPasswordIsChangedWhereTheStoreIsNow() async throws {
        let scene = try await Scene.make(objects: 0)
        try await scene.alice.succeeds("account", "list")
        #expect(try await scene.alice.run(scene.moving).status == 0)
        let new = try scene.world.place.file("new-password", "a new password\n")
        try await scene.tablet.succeeds(
            "passwd", "--password-file", scene.world.passwordFile(of: "alice").path, "--new-password-file", new.path)
        try await scene.tablet.succeeds("slot", "test", "password", "--password-file", new.path)
        let fresh = try scene.world.device("fresh")
        try await fresh.signIn("alice", password: "a new password", in: scene.world)
        #expect(try await fresh.succeeds("account", "list").contains("folder:alice"))
        try await scene.world.stop()
    }

    @Test func sessionsAreEndedWhereTheStoreIsNow() async throws {
        let scene = try await Scene.make(objects: 0)
        #expect(try await scene.alice.run(scene.moving).status == 0)
        try await scene.alice.succeeds("account", "list")
        try await scene.tablet.succeeds("session", "end", "--others")
        #expect(try await scene.alice.run("account", "list").status == 77)
        try await scene.tablet.succeeds("account", "list")
        try await scene.world.stop()
    }
}
