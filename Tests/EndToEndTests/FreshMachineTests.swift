import CloudMLSAPI
import Foundation
import KeyHierarchy
import TestSupport
import Testing

/// `cloudmls key-store import` on a machine that knows nothing: the key store and the device died together, and what is
/// left are the archive, the password or a recovery code, and the auth-delivery server's address.
@Suite(.serialized)
struct FreshMachineTests {
    /// Alice and Bob have talked; Alice has a tablet besides her computer.
    private struct Scene {
        let world: World
        let computer: Device
        let tablet: Device
        let bob: Device
        let file: URL

        /// - Parameter keyStores: the first is the one that dies.
        static func make(keyStores: Int = 2, signUp options: String...) async throws -> Scene {
            let world = try await World.make(keyStores: keyStores)
            let scene = Scene(
                world: world, computer: try world.device("computer"), tablet: try world.device("tablet"),
                bob: try await world.signUp("bob", keyStore: 1), file: world.place.url.appending(path: "archive"))
            let password = try world.passwordFile(of: "alice").path
            let signUp = try await scene.computer.run(
                [
                    "sign-up", "alice", "--auth-delivery", world.authDelivery.origin, "--setup-code-file",
                    world.setupCode().path, "--password-file", password,
                ] + options)
            try #require(signUp.status == 0, "\(signUp)")
            try await scene.computer.succeeds("account", "add", "folder:alice", "--folder", world.sharedFolder.path)
            try await scene.computer.succeeds("group", "create", "chat", "--member", "folder:bob")
            try await scene.computer.succeeds("send", "chat", input: "before")
            try await scene.tablet.signIn("alice", password: World.password(of: "alice"), in: world)
            #expect(try await scene.tablet.texts("chat") == ["before"])
            return scene
        }

        /// The key store's disk and the computer's.
        func loseEverything() async throws {
            try await world.keyStores[0].kill()
            try FileManager.default.removeItem(at: world.keyStores[0].dataFolder)
            try FileManager.default.removeItem(at: computer.home)
        }

        func importing(_ options: String..., code: URL? = nil) async throws -> [String] {
            let setupCode: URL
            if let code { setupCode = code } else { setupCode = try await world.setupCode(keyStore: 1) }
            return [
                "key-store", "import", file.path, "--to-file", setupCode.path, "--user", "alice", "--auth-delivery",
                world.authDelivery.origin,
            ] + options
        }

        /// Each of Alice's devices sends, and everybody reads it all.
        func expectConversation(_ devices: [Device], after before: [String]) async throws {
            var texts = before
            for device in devices {
                texts.append("message \(texts.count)")
                let outcome = try await device.run("send", "chat", input: texts[texts.count - 1])
                #expect(outcome.status == 0, "\(outcome)")
            }
            for reader in devices + [bob] { #expect(try await reader.texts("chat") == texts) }
        }
    }

    @Test func thePasswordAndTheArchiveBringEverythingBack() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        let password = try world.passwordFile(of: "alice").path
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        try await scene.loseEverything()
        let fresh = try world.device("fresh")

        // Nobody is signed in: it says what it has to be told.
        let code = try await world.setupCode(keyStore: 1)
        let unknown = try await fresh.run(
            "key-store", "import", scene.file.path, "--to-file", code.path, "--password-file", password)
        #expect(unknown.status == 77, "\(unknown)")
        #expect(unknown.errors.contains("--user"))
        // It may only be away for a moment: that it is gone is for a person to say.
        let unsure = try await fresh.run(scene.importing("--password-file", password, code: code))
        #expect(unsure.status == 69, "\(unsure)")
        #expect(unsure.errors.contains("--old-is-gone"))
        let wrong = try await fresh.run(
            scene.importing(
                "--old-is-gone", "--password-file", world.passwordFile(of: "bob").path, code: code))
        #expect(wrong.status == 77, "\(wrong)")
        #expect(try await fresh.run("whoami").status == 77)

        let command = try await scene.importing("--old-is-gone", "--password-file", password, code: code)
        let outcome = try await fresh.run(command)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output.contains("Your data is now at \(world.keyStores[1].origin)"))
        let again = try await fresh.run(command)
        #expect(again.status == 0, "\(again)")
        #expect(again.output.contains("already"))
        // The tablet follows by itself, and a new device signs in as ever.
        let phone = try world.device("phone")
        try await phone.signIn("alice", password: World.password(of: "alice"), in: world)
        try await scene.expectConversation([fresh, scene.tablet, phone], after: ["before"])
        try await world.stop()
    }

    @Test func whereTheOldKeyStoreAnswersItIsTold() async throws {
        let scene = try await Scene.make()
        let password = try scene.world.passwordFile(of: "alice").path
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        let fresh = try scene.world.device("fresh")
        let outcome = try await fresh.run(scene.importing("--password-file", password))
        #expect(outcome.status == 0, "\(outcome)")
        try await scene.expectConversation([fresh, scene.computer, scene.tablet], after: ["before"])
        try await scene.world.stop()
    }

    /// It is reachable under its old address, and is another one.
    @Test func aNewKeyStoreAtTheOldAddressTakesTheArchive() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        let password = try world.passwordFile(of: "alice").path
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        try await scene.loseEverything()
        let old = world.keyStores[0]
        let port = try #require(old.origin.split(separator: ":").last.flatMap { Int($0) })
        let folder = try world.place.folder("new-disk")
        let server = try await ServerProcess.start(.keyStore, in: folder, port: port, logs: world.place)
        #expect(server.origin == old.origin)
        let code = folder.appending(path: "setup-code")
        let fresh = try world.device("fresh")
        let unsure = try await fresh.run(scene.importing("--password-file", password, code: code))
        #expect(unsure.status == 76, "\(unsure)")
        #expect(unsure.errors.contains("--old-is-gone"))
        let outcome = try await fresh.run(
            scene.importing("--old-is-gone", "--password-file", password, code: code))
        #expect(outcome.status == 0, "\(outcome)")
        try await scene.expectConversation([fresh, scene.tablet], after: ["before"])
        try await server.stop()
        for server in [world.authDelivery, world.keyStores[1]] { try await server.stop() }
    }

    @Test func aRecoveryCodeDoesWhereThePasswordIsLost() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        let paper = try world.place.file(
            "paper", try await scene.computer.succeeds("slot", "add", "recovery", "--name", "in the safe"))
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        try await scene.loseEverything()
        let fresh = try world.device("fresh")
        let verified = try await fresh.run(
            "key-store", "verify", scene.file.path, "--recovery-code-file", paper.path)
        #expect(verified.status == 0, "\(verified)")
        let new = try world.place.file("new-password", "found again\n")
        let command = try await scene.importing(
            "--old-is-gone", "--recovery-code-file", paper.path, "--new-password-file", new.path)
        let outcome = try await fresh.run(command)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try await fresh.run(command).status == 0)
        try await scene.expectConversation([fresh], after: ["before"])
        let elsewhere = try world.device("elsewhere")
        try await elsewhere.succeeds(
            "recover", "alice", "--auth-delivery", world.authDelivery.origin, "--code-file", paper.path,
            "--new-password-file", new.path)
        let phone = try world.device("phone")
        try await phone.signIn("alice", password: "found again", in: world)
        try await scene.expectConversation([phone, elsewhere], after: ["before", "message 1"])
        try await world.stop()
    }

    /// The auth-delivery server has the new password, and the archive the old one.
    @Test func aPasswordThatWasChangedSinceIsAskedForBesides() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        let old = try world.passwordFile(of: "alice").path
        let new = try world.place.file("new-password", "a new password\n").path
        try await scene.computer.succeeds("passwd", "--password-file", old, "--new-password-file", new)
        try await scene.loseEverything()
        let fresh = try world.device("fresh")
        let code = try await world.setupCode(keyStore: 1)
        let outcome = try await fresh.run(scene.importing("--old-is-gone", "--password-file", new, code: code))
        #expect(outcome.status == 77, "\(outcome)")
        #expect(outcome.errors.contains("when the archive was made"))
        let both = try await fresh.run(
            scene.importing("--old-is-gone", "--password-file", new, "--archive-password-file", old, code: code))
        #expect(both.status == 0, "\(both)")
        // As after a change that was cut short: the same change again ends it.
        try await fresh.succeeds("passwd", "--password-file", old, "--new-password-file", new)
        try await world.device("phone").signIn("alice", password: "a new password", in: world)
        try await scene.expectConversation([fresh], after: ["before"])
        try await world.stop()
    }

    /// What was taken away since must not come back.
    @Test func anArchiveFromBeforeAChangeOfTheWaysInIsRefused() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        try await scene.computer.succeeds("slot", "add", "recovery", "--name", "stolen")
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        try await scene.computer.succeeds("slot", "remove", "stolen")
        try await scene.loseEverything()
        let fresh = try world.device("fresh")
        let before = try StoredData.of(world.keyStores[1])
        let outcome = try await fresh.run(
            scene.importing("--old-is-gone", "--password-file", world.passwordFile(of: "alice").path))
        #expect(outcome.status == 76, "\(outcome)")
        #expect(outcome.errors.contains("older than the last change"))
        let changes = try StoredData.changes(on: [world.keyStores[1]], since: [before])
        #expect(changes.allSatisfy { $0.contains("setup_tokens") }, "\(changes)")
        try await world.stop()
    }

    /// A laptop that lay in a drawer: its session at the auth-delivery server is over, and the key store is gone.
    @Test func aDeviceWhoseSessionIsOverTakesThePassword() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        try await scene.tablet.succeeds("session", "end", "--others")
        try await world.keyStores[0].kill()
        let outcome = try await scene.computer.run(
            "key-store", "import", scene.file.path, "--to-file", world.setupCode(keyStore: 1).path, "--old-is-gone",
            "--password-file", world.passwordFile(of: "alice").path)
        #expect(outcome.status == 0, "\(outcome)")
        try await scene.expectConversation([scene.computer, scene.tablet], after: ["before"])
        try await world.stop()
    }

    /// With --no-session nothing of it stays on the machine.
    @Test func withoutASessionNothingStays() async throws {
        let scene = try await Scene.make()
        let world = scene.world
        let password = try world.passwordFile(of: "alice").path
        try await scene.computer.succeeds("key-store", "export", scene.file.path)
        try await scene.loseEverything()
        let fresh = try world.device("fresh")
        let outcome = try await fresh.run(
            scene.importing("--old-is-gone", "--no-session", "--password-file", password))
        #expect(outcome.status == 0, "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: fresh.home.path + "/cloudmls/session"))
        try await fresh.succeeds("send", "chat", "--no-session", "--password-file", password, input: "message 1")
        #expect(try await scene.bob.texts("chat") == ["before", "message 1"])
        try await world.stop()
    }

    /// Killed at each of its requests, before it reaches the server and after the server has done it: the same command
    /// again brings everything back. Each time the store goes from a file to another key store under another name.
    @Test(arguments: CutPlan.Moment.allCases)
    func killedAtEveryRequestItCanBeRunAgain(moment: CutPlan.Moment) async throws {
        let scene = try await Scene.make(keyStores: 3, signUp: "--kdf", "pbkdf2")
        let world = scene.world
        let plan = CutPlan()
        let authDelivery = try CuttingProxy(to: world.authDelivery.origin, plan)
        let keyStores = try world.keyStores[1...].map { try CuttingProxy(to: $0.origin, plan) }
        let password = try world.passwordFile(of: "alice").path
        var device = scene.computer
        var texts = ["before"]
        var cuts = 0
        while true {
            try await device.succeeds("key-store", "export", scene.file.path)
            if cuts == 0 { try await world.keyStores[0].kill() }
            try FileManager.default.removeItem(at: device.home)
            device = try world.device("fresh-\(cuts)")
            let destination = cuts % 2
            let code = try await world.setupCode(keyStore: 1 + destination, origin: keyStores[destination].origin)
            let command = [
                "key-store", "import", scene.file.path, "--to-file", code.path, "--name", "alice-\(cuts)",
                "--old-is-gone", "--user", "alice", "--auth-delivery", authDelivery.origin, "--password-file",
                password,
            ]
            plan.arm((Points.request(cuts, offset: moment == .beforeRequest ? 0 : 2), moment))
            let outcome = try await device.killed(command, by: plan)
            let isKilled = plan.wasHit
            plan.arm(nil)
            guard isKilled else {
                #expect(outcome.status == 0, "\(outcome)")
                break
            }
            let again = try await device.run(command)
            try #require(again.status == 0, "at request \(cuts): \(again)")
            texts.append("after \(cuts)")
            try await device.succeeds("send", "chat", input: texts[texts.count - 1])
            #expect(try await device.texts("chat") == texts)
            cuts += 1
        }
        #expect(Points.request(cuts) > 15, "\(cuts) requests")
        tell("an import on a fresh machine was killed at \(cuts) requests, \(moment)")
        #expect(try await scene.bob.texts("chat") == texts)
        try await scene.expectConversation([device, scene.tablet], after: texts)
        // They go when nobody holds them any more.
        withExtendedLifetime((authDelivery, keyStores)) {}
        try await world.stop()
    }
}
