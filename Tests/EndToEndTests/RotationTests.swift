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

/// The data key is replaced while the user's devices go on working, and whatever ends the command is made up for by the
/// next one.
@Suite(.serialized)
struct RotationTests {
    /// Alice and Bob in a group; two devices of Alice's, whose requests pass through proxies.
    private struct Scene {
        let world: World
        let plan = CutPlan()
        let authDelivery: CuttingProxy
        let proxy: CuttingProxy
        let first: Device
        let second: Device
        let password: String

        var keyStore: ServerProcess { world.keyStores[0] }

        init() async throws {
            world = try await World.make(keyStores: 1)
            authDelivery = try CuttingProxy(to: world.authDelivery.origin, plan)
            proxy = try CuttingProxy(to: world.keyStores[0].origin, plan)
            password = try world.passwordFile(of: "alice").path
            first = try world.device("alice")
            try await first.succeeds(
                "sign-up", "alice", "--auth-delivery", authDelivery.origin, "--setup-code-file",
                world.setupCode(origin: proxy.origin).path, "--password-file", password)
            try await first.succeeds("account", "add", "folder:alice", "--folder", world.sharedFolder.path)
            _ = try await world.signUp("bob")
            try await first.succeeds("group", "create", "chat", "--member", "folder:bob")
            try await first.succeeds("send", "chat", input: "before")
            second = try world.device("alice-second")
            try await signInAgain()
        }

        func signInAgain() async throws {
            try await second.succeeds(
                "sign-in", "alice", "--auth-delivery", authDelivery.origin, "--password-file", password)
        }

        /// Rotates on the first device until it is killed at a request; false where it ends before.
        func rotateKilled(at request: Int, _ moment: CutPlan.Moment) async throws -> Bool {
            plan.arm((request, moment))
            let outcome = try await first.killed(["rotate", "--password-file", password], by: plan)
            defer { plan.arm(nil) }
            if !plan.wasHit { #expect(outcome.status == 0, "\(outcome)") }
            return plan.wasHit
        }

        /// Objects beside those of accounts and groups, so that a rotation takes several batches.
        func fill(_ count: Int) async throws {
            let user = try await LibraryUser.signIn("alice", in: world)
            for start in stride(from: 0, to: count, by: 50) {
                _ = try await user.context.sealed.write(
                    (start..<min(start + 50, count)).map {
                        SealedWrite(path: "filling/\($0)", ifRevision: 0, body: [UInt8](repeating: 1, count: 1_000))
                    })
            }
        }

        func rotate(_ options: String...) async throws -> ChildProcess.Outcome {
            try await first.run(["rotate", "--password-file", password, "--json"] + options)
        }

        /// The keys that stored bodies of Alice's are under, and whether a rotation is under way.
        func stored() throws -> (keys: [Int: Int], isRotating: Bool) {
            let file = try #require(StoredData.databases(in: keyStore.dataFolder).first)
            return try DatabaseQueue(path: file.path).read { db in
                let user = try Int64.fetchOne(db, sql: "SELECT id FROM users WHERE name = 'alice'")
                let rows = try Row.fetchAll(
                    db,
                    sql: "SELECT key_id, COUNT(*) AS n FROM objects WHERE user_id = ? AND body IS NOT NULL GROUP BY 1",
                    arguments: [user])
                let handover = try Bool.fetchOne(
                    db, sql: "SELECT handover IS NOT NULL FROM stores WHERE user_id = ?", arguments: [user])
                return (
                    Dictionary(uniqueKeysWithValues: rows.map { ($0["key_id"], $0["n"]) }), handover ?? false
                )
            }
        }
    }

    private struct Answer: Decodable {
        var objects: Int
        var key: Int
        var continued: Bool
    }

    /// Killed at each of its requests, before it reaches the server and after the server has done it.
    @Test(arguments: CutPlan.Moment.allCases)
    func killedAtEveryRequestItGoesOn(moment: CutPlan.Moment) async throws {
        let scene = try await Scene()
        try await scene.fill(70)
        var texts = ["before"]
        var cuts = 0
        while try await scene.rotateKilled(at: cuts, moment) {
            // The keys on the device may be those of before: it reads and writes as if nothing had happened.
            if cuts.isMultiple(of: 3) {
                texts.append("after \(cuts)")
                try await scene.first.succeeds("send", "chat", input: texts[texts.count - 1])
            }
            let outcome = try await scene.rotate()
            try #require(outcome.status == 0, "\(cuts): \(outcome)")
            cuts += 1
            // One rotation for each cut: what was begun is finished, and no second one begins.
            let stored = try scene.stored()
            #expect(Array(stored.keys.keys) == [1 + cuts])
            #expect(!stored.isRotating)
        }
        #expect(cuts > 12)
        #expect(try await scene.first.texts("chat") == texts)
        try await scene.signInAgain()
        #expect(try await scene.second.texts("chat") == texts)
        try await scene.world.stop()
    }

    /// Stopped in the middle, so that the other device works while there are two keys.
    @Test func anotherDeviceSendsAndReadsMeanwhile() async throws {
        let scene = try await Scene()
        try await scene.fill(200)
        // Each run gets one request further, until a batch is written and others are not.
        var requests = 0
        while try scene.stored().keys.count < 2 {
            requests += 1
            #expect(try await scene.rotateKilled(at: requests, .beforeRequest))
        }
        #expect(try scene.stored().isRotating)
        try await scene.second.succeeds("send", "chat", input: "from the second device")
        #expect(try await scene.second.texts("chat") == ["before", "from the second device"])
        try await scene.first.succeeds("send", "chat", input: "from the first device")
        let outcome = try await scene.rotate()
        #expect(outcome.status == 0, "\(outcome)")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
        #expect(answer.continued && answer.key == 2)
        #expect(try Array(scene.stored().keys.keys) == [2])
        // It followed, so it goes on without a password.
        try await scene.second.succeeds("send", "chat", input: "after")
        let texts = ["before", "from the second device", "from the first device", "after"]
        #expect(try await scene.first.texts("chat") == texts)
        #expect(try await scene.second.texts("chat") == texts)
        try await scene.world.stop()
    }

    @Test func bothDevicesWorkAtOnce() async throws {
        let scene = try await Scene()
        try await scene.fill(1_500)
        async let rotation = scene.rotate()
        var texts = ["before"]
        var isDone = false
        while !isDone, texts.count < 100 {
            isDone = try !scene.stored().isRotating && scene.stored().keys.keys.contains(2)
            texts.append("message \(texts.count)")
            try await scene.second.succeeds("send", "chat", input: texts[texts.count - 1])
            #expect(try await scene.second.texts("chat") == texts)
        }
        let outcome = try await rotation
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try Array(scene.stored().keys.keys) == [2])
        #expect(try await scene.first.texts("chat") == texts)
        try await scene.world.stop()
    }

    @Test func evictingMakesOtherDevicesSignInAgain() async throws {
        let scene = try await Scene()
        #expect(try await scene.rotate("--evict").status == 0)
        let outcome = try await scene.second.run("send", "chat", input: "no longer")
        #expect(outcome.status == 77)
        #expect(outcome.errors.contains("sign-in"))
        try await scene.signInAgain()
        try await scene.second.succeeds("send", "chat", input: "again")
        #expect(try await scene.first.texts("chat") == ["before", "again"])
        try await scene.world.stop()
    }

    @Test func interruptedItSaysThatItGoesOn() async throws {
        let scene = try await Scene()
        try await scene.fill(1_500)
        let process = try ChildProcess(
            Executables.url(Executables.cloudmls), ["rotate", "--password-file", scene.password],
            environment: scene.first.environment, folder: scene.world.place.url, name: "interrupted")
        while try !scene.stored().isRotating, !process.hasEnded { await Task.yield() }
        process.signal(SIGINT)
        let outcome = try await process.outcome()
        #expect(outcome.status == 130, "\(outcome)")
        #expect(outcome.errors.contains("run `cloudmls rotate` again"))
        #expect(try await scene.rotate().status == 0)
        try await scene.world.stop()
    }

    @Test func aWrongPasswordIsRefusedBeforeAnything() async throws {
        let scene = try await Scene()
        let before = try StoredData.of(scene.keyStore)
        let outcome = try await scene.first.run("rotate", "--password-file", "-", input: "wrong\n")
        #expect(outcome.status == 77)
        #expect(try StoredData.of(scene.keyStore) == before)
        try await scene.world.stop()
    }
}
