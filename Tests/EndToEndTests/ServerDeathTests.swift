import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Synchronization
import TestSupport
import Testing

/// A server is killed at the requests of a command (see `Points`), one after the other: it comes back on the same data, the same command
/// is run again and finishes, and nothing is lost. What `CutPlan` does to the client, this does to the servers.
@Suite(.timeLimit(.minutes(20)))
struct ServerDeathTests {
    typealias Moment = KillPlan.Moment

    /// Those at which a server has done something that the client does not know of. For long commands they are enough: a
    /// request that never arrives changes nothing.
    private static let late: [Moment] = [.whileWriting, .afterAnswer]

    /// A command, for each of its requests once.
    private struct Command {
        var name: String
        /// Servers that have to die at least once.
        var servers: [MortalServer]
        /// Brings about what the command begins with.
        var prepare: (Int) async throws -> Void = { _ in }
        var run: (Int) async throws -> Void
        /// The same command in the words of somebody who runs it again.
        var runAgain: ((Int) async throws -> Void)?
        /// Holds while the command is half done.
        var between: (Int) async throws -> Void = { _ in }
        /// Holds when it is done.
        var after: (Int) async throws -> Void
    }

    private func killEverywhere(_ command: Command, _ moment: Moment, in world: MortalWorld) async throws {
        var victims: [MortalServer] = []
        var whileWriting = 0
        var point = 0
        let offset = Moment.allCases.firstIndex(of: moment) ?? 0
        while true {
            try await command.prepare(point)
            world.plan.arm((Points.request(point, offset: offset), moment))
            var failure: (any Error)?
            do { try await command.run(point) } catch { failure = error }
            let (victim, wasWriting) = (world.plan.victim, world.plan.wasWriting)
            world.plan.arm(nil)
            guard let victim else {
                try #require(
                    failure == nil, "\(command.name) fails though nobody dies: \(failure.map { "\($0)" } ?? "")")
                try await command.after(point)
                break
            }
            if let failure {
                // The error of a server that is not there, with its address and what to do.
                let error = try #require(failure as? ClientError, "\(command.name), request \(point): \(failure)")
                #expect(error.code == .notReachable, "\(command.name), request \(point): \(error)")
                #expect(error.message.contains("http://127.0.0.1:"))
                #expect(!error.hint.isEmpty)
            }
            try await victim.revive()
            try await command.between(point)
            do {
                try await (command.runAgain ?? command.run)(point)
            } catch {
                try #require(Bool(false), "\(command.name), request \(point), again: \(error)")
            }
            try await command.after(point)
            victims.append(victim)
            if wasWriting { whileWriting += 1 }
            point += 1
        }
        #expect(!victims.isEmpty)
        if Points.isEvery {
            for server in command.servers {
                #expect(victims.contains { $0 === server }, "\(command.name): one never died")
            }
            #expect(moment != .whileWriting || whileWriting > 0)
        }
        let counts = command.servers.map { server in "\(victims.count { $0 === server })" }.joined(separator: " + ")
        tell(
            "\(command.name): servers died at \(point) requests (\(counts)), \(moment), \(whileWriting) while writing")
    }

    @Test(arguments: Moment.allCases)
    func passwd(moment: Moment) async throws {
        let world = try await MortalWorld()
        let command = Command(
            name: "passwd", servers: [world.keyStores[0], world.authDelivery],
            run: { point in
                _ = try await world.laptop.run {
                    try await WaysIn($0).changePassword(
                        current: Password(MortalWorld.password(point)), new: Password(MortalWorld.password(point + 1)))
                }
            },
            between: { try await Self.expectOnePassword($0, in: world) },
            after: { point in
                try await Self.expectNewPassword(point, in: world)
                try await world.tablet.signIn("alice", password: MortalWorld.password(point + 1))
                try await world.expectConversation()
            })
        try await killEverywhere(command, moment, in: world)
        try await world.stop()
    }

    @Test(arguments: late)
    func recover(moment: Moment) async throws {
        let world = try await MortalWorld()
        let code = try await world.laptop.run { try await WaysIn($0).addRecoveryCode(name: "paper") }
        let phone = LibraryDevice(folder: try world.place.folder("phone").path, authDelivery: world.laptop.authDelivery)
        let command = Command(
            name: "recover", servers: [world.keyStores[0], world.authDelivery],
            run: { point in
                try await phone.signIn("alice", recoveryCode: code) {
                    try await WaysIn($0).changePassword(
                        current: nil, new: Password(MortalWorld.password(point + 1)))
                }
            },
            between: { try await Self.expectOnePassword($0, in: world) },
            after: { point in
                try await Self.expectNewPassword(point, in: world)
                for device in [world.laptop, world.tablet] {
                    try await device.signIn("alice", password: MortalWorld.password(point + 1))
                }
                try await world.expectConversation()
                // The code stays good.
                try await phone.run { try await WaysIn($0).test(.recovery(code)) }
            })
        try await killEverywhere(command, moment, in: world)
        try await world.stop()
    }

    /// The keys of all objects are the newest one, and nothing is kept for another.
    @Test(arguments: late)
    func rotate(moment: Moment) async throws {
        let world = try await MortalWorld(objects: 70)
        let command = Command(
            name: "rotate", servers: [world.keyStores[0], world.authDelivery],
            run: { _ in
                _ = try await world.laptop.run {
                    try await $0.rotateKeys(password: { try Password(MortalWorld.password(0)) })
                }
            },
            after: { point in
                // One rotation for each death: what was begun is finished, and no second one begins.
                let keys = "SELECT group_concat(DISTINCT key_id) FROM objects WHERE body IS NOT NULL"
                #expect(try world.value(0, keys) == "\(2 + point)")
                #expect(try world.value(0, "SELECT minimum_key_id FROM stores WHERE handover IS NULL") == 2 + point)
                let known = try await world.laptop.run { try await $0.keys.read().keys.keyring.objectKeys.count }
                #expect(known == 1)
                // It was off all the time, so it asks for the password once.
                try await world.tablet.signIn("alice", password: MortalWorld.password(0))
                try await world.expectConversation()
                let passwords = try await world.passwords(among: [MortalWorld.password(0)])
                #expect(passwords.authDelivery.count == 1 && passwords.keyStore.count == 1)
            })
        try await killEverywhere(command, moment, in: world)
        try await world.stop()
    }

    /// A way in that is added may be left half made; then the list shows it, and it can be removed.
    @Test(arguments: late)
    func slotAdd(moment: Moment) async throws {
        let world = try await MortalWorld()
        let shown = Mutex<[RecoveryCode]>([])
        @Sendable func add(_ point: Int) async throws {
            _ = try await world.laptop.run { context in
                try await WaysIn(context).addRecoveryCode(name: "paper \(point)") { code in
                    shown.withLock { $0.append(code) }
                }
            }
        }
        let command = Command(
            name: "slot add", servers: [world.keyStores[0], world.authDelivery], run: add,
            runAgain: { point in
                do {
                    try await add(point)
                } catch let error as ClientError where error.code == .wayInExists {
                    // Only the answer to the last write was lost: the code that was shown works.
                }
            },
            after: { point in
                let code = try #require(shown.withLock { $0.last })
                try await world.tablet.signIn("alice", recoveryCode: code) {
                    try await WaysIn($0).test(.recovery(code))
                }
                try await world.laptop.run { context in
                    let waysIn = WaysIn(context)
                    try await waysIn.test(.password(Password(MortalWorld.password(0))))
                    #expect(try await waysIn.list().filter(\.works).map(\.name) == ["", "paper \(point)"])
                    for way in try await waysIn.list() where way.kind == .recovery { try await waysIn.remove(way) }
                    #expect(try await waysIn.list().count == 1)
                }
                // The tablet came in with the code.
                try await world.tablet.signIn("alice", password: MortalWorld.password(0))
                try await world.expectConversation()
            })
        try await killEverywhere(command, moment, in: world)
        try await world.stop()
    }

    @Test(arguments: late)
    func slotRemove(moment: Moment) async throws {
        let world = try await MortalWorld()
        let added = Mutex<RecoveryCode?>(nil)
        @Sendable func remove(_ point: Int) async throws {
            try await world.laptop.run { context in
                let waysIn = WaysIn(context)
                try await waysIn.remove(try await waysIn.find("paper \(point)"))
            }
        }
        let command = Command(
            name: "slot remove", servers: [world.keyStores[0], world.authDelivery],
            prepare: { point in
                let code = try await world.laptop.run { try await WaysIn($0).addRecoveryCode(name: "paper \(point)") }
                added.withLock { $0 = code }
            },
            run: remove,
            runAgain: { point in
                do {
                    try await remove(point)
                } catch let error as ClientError where error.code == .unknownWayIn {
                    // It was gone before the server was.
                }
            },
            after: { point in
                try await world.laptop.run { context in
                    #expect(try await WaysIn(context).list().map(\.kind) == [.password])
                    try await WaysIn(context).test(.password(Password(MortalWorld.password(0))))
                    #expect(await context.keys.current.keyring.storeSlots.count == 1)
                }
                #expect(try world.recoveryCodes() == [0, 0])
                // Servers slow down whoever fails often.
                if point < 8 {
                    let code = try #require(added.withLock { $0 })
                    let error = await #expect(throws: ClientError.self) {
                        try await world.tablet.signIn("alice", recoveryCode: code) { _ in }
                    }
                    #expect(error?.code == .wrongPassword)
                }
                try await world.expectConversation()
            })
        try await killEverywhere(command, moment, in: world)
        try await world.stop()
    }

    /// To and fro between two key stores.
    /// - Parameter isReturn: whether the store comes back to where it was before; otherwise it is new there each time.
    @Test(arguments: late, [false, true])
    func move(moment: Moment, isReturn: Bool) async throws {
        let world = try await MortalWorld(keyStores: 2, objects: 20)
        let codes = Mutex<[SetupCode]>([])
        func name(_ point: Int) -> String { isReturn || point < 0 ? "alice" : "alice-\(point)" }
        func move(_ point: Int) async throws {
            let code = codes.withLock { $0[isReturn ? point % 2 : point] }
            _ = try await world.laptop.run { context in
                try await KeyStoreMoves(context).move(
                    to: code, userName: UserName(typed: name(point)),
                    password: { try Password(MortalWorld.password(0)) })
            }
        }
        if isReturn {
            // Both have been the place before: neither a registration nor the code's token is needed any more.
            for point in 0...1 {
                let code = try await world.code((point + 1) % 2)
                codes.withLock { $0.append(code) }
                try await move(point)
            }
        }
        let command = Command(
            name: isReturn ? "key-store move, back" : "key-store move",
            servers: world.keyStores + [world.authDelivery],
            prepare: { point in
                guard !isReturn else { return }
                let code = try await world.code((point + 1) % 2)
                codes.withLock { $0.append(code) }
            },
            run: move,
            after: { point in
                let (source, target) = (point % 2, (point + 1) % 2)
                let contents = try Self.contents(world, target, of: name(point))
                #expect(try contents == Self.contents(world, source, of: name(point - 1)))
                #expect(contents?.isEmpty == false)
                let origin = try world.origin(target)
                #expect(try await world.laptop.run { $0.keyStoreOrigin } == origin)
                try await world.expectConversation()
                #expect(try await world.tablet.run { $0.keyStoreOrigin } == origin)
                let password = MortalWorld.password(0)
                let passwords = try await world.passwords(
                    among: [password, MortalWorld.password(1)], keyStore: target, user: name(point))
                #expect(passwords.authDelivery == [password] && passwords.keyStore == [password])
            })
        try await killEverywhere(command, moment, in: world)
        try await world.stop()
    }

    /// Every object of a user's at a key store with its revision and body, by name.
    private static func contents(_ world: MortalWorld, _ keyStore: Int, of user: String) throws -> String? {
        try world.value(
            keyStore,
            """
            SELECT group_concat(line, ';') FROM (
                SELECT hex(objects.name) || revision || hex(coalesce(body, x'')) AS line FROM objects
                JOIN users ON users.id = user_id WHERE users.name = '\(user)' ORDER BY objects.name)
            """)
    }

    private static func expectOnePassword(_ point: Int, in world: MortalWorld) async throws {
        let found = try await world.passwords(among: [MortalWorld.password(point), MortalWorld.password(point + 1)])
        #expect(found.authDelivery.count == 1 && found.keyStore.count == 1, "request \(point): \(found)")
    }

    private static func expectNewPassword(_ point: Int, in world: MortalWorld) async throws {
        let new = MortalWorld.password(point + 1)
        let found = try await world.passwords(among: [MortalWorld.password(point), new])
        #expect(found.authDelivery == [new] && found.keyStore == [new], "request \(point): \(found)")
    }
}
