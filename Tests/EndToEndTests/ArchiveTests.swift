import Foundation
import Testing

/// `cloudmls key-store export`, `verify` and `import`.
@Suite(.serialized)
struct ArchiveTests {
    private struct Counts: Decodable {
        var objects: Int
    }

    private func archive(_ world: World, _ device: Device) async throws -> URL {
        let file = world.place.url.appending(path: "archive-\(UUID().uuidString)")
        try await device.succeeds("key-store", "export", file.path)
        return file
    }

    private func verify(_ file: URL, _ world: World, name: String = "alice") async throws -> ChildProcess.Outcome {
        try await world.device("verifies").run(
            "key-store", "verify", file.path, "--json", "--password-file", world.passwordFile(of: name).path)
    }

    @Test func aStoreComesBackFromAFileWhenItsKeyStoreIsGone() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")
        try await alice.succeeds("send", "chat", input: "before")
        #expect(try await bob.texts("chat") == ["before"])
        let tablet = try world.device("tablet")
        try await tablet.succeeds(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file",
            world.passwordFile(of: "alice").path)
        #expect(try await tablet.texts("chat") == ["before"])

        let file = try await archive(world, alice)
        let rights = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(rights == 0o600)
        let verified = try await verify(file, world)
        #expect(verified.status == 0, "\(verified)")
        #expect(try JSONDecoder().decode(Counts.self, from: Data(verified.output.utf8)).objects > 5)

        try await world.keyStores[0].kill()
        try FileManager.default.removeItem(at: world.keyStores[0].dataFolder)
        var importing = [
            "key-store", "import", file.path, "--to-file", try await world.setupCode(keyStore: 1).path,
            "--password-file", try world.passwordFile(of: "alice").path,
        ]
        // It may only be away for a moment, and others go on writing to it: that it is gone is for a person to say.
        let unsure = try await alice.run(importing)
        #expect(unsure.status == 69)
        #expect(unsure.errors.contains("--old-is-gone"))
        importing.append("--old-is-gone")
        let outcome = try await alice.run(importing)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try await alice.run(importing).status == 0)
        // All devices go on, the tablet by itself.
        try await alice.succeeds("send", "chat", input: "from alice")
        try await tablet.succeeds("send", "chat", input: "from the tablet")
        for reader in [alice, tablet, bob] {
            #expect(Set(try await reader.texts("chat")) == ["before", "from alice", "from the tablet"])
        }
        try await world.stop()
    }

    @Test func aDamagedFileIsRefused() async throws {
        let world = try await World.make(keyStores: 1)
        let alice = try await world.signUp("alice")
        let file = try await archive(world, alice)
        let whole = try Data(contentsOf: file)
        func refused(_ data: Data) async throws {
            let damaged = world.place.url.appending(path: "damaged")
            try data.write(to: damaged)
            let outcome = try await verify(damaged, world)
            #expect(outcome.status == 65, "\(outcome)")
            #expect(outcome.errors.contains("what to do:"))
        }
        try await refused(Data())
        try await refused(whole.dropLast(1))
        try await refused(whole + [0])
        try await refused(whole.prefix(whole.count / 2))
        try await refused(Data("not an archive at all".utf8))
        var flipped = whole
        flipped[whole.count - 20] ^= 1
        try await refused(flipped)
        let wrong = try await verify(file, world, name: "bob")
        #expect(wrong.status == 77, "\(wrong)")
        let missing = try await verify(world.place.url.appending(path: "nothing"), world)
        #expect(missing.status == 74, "\(missing)")
        try await world.stop()
    }

    /// Nobody forgets by accident what was written since.
    @Test func anOlderFileIsNotImportedWhileTheKeyStoreAnswers() async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let file = try await archive(world, alice)
        try await alice.succeeds("group", "create", "chat")
        let code = try await world.setupCode(keyStore: 1)
        let outcome = try await alice.run(
            "key-store", "import", file.path, "--to-file", code.path, "--password-file",
            world.passwordFile(of: "alice").path)
        #expect(outcome.status == 75, "\(outcome)")
        #expect(outcome.errors.contains("--old-is-gone"), "\(outcome)")
        try await alice.succeeds("group", "create", "another")
        try await world.stop()
    }
}
