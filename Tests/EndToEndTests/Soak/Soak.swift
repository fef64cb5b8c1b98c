import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import TestSupport

/// Users with two devices each, both servers, and a shared folder, all of them real; what people do is random, and every few
/// seconds something is killed.
///
/// The seed decides what is done and what is killed. When what is done meets what is killed is the machine's choice, so a
/// seed gives a similar run, not the same one.
final class Soak: Sendable {
    static let users = (0..<10).map { "user\($0)" }
    private static let workers = 4

    let place: TemporaryFolder
    let record: SoakRecord
    let authDelivery: MortalServer
    let keyStore: MortalServer
    let devices: [SoakDevice]
    let origin: String
    private let sharedFolder: URL
    private let seed: UInt64

    init(seed: UInt64) async throws {
        self.seed = seed
        let place = try TemporaryFolder()
        self.place = place
        authDelivery = try await MortalServer(.authDelivery, in: place.folder("auth-delivery"), logs: place)
        keyStore = try await MortalServer(.keyStore, in: place.folder("key-store"), logs: place)
        sharedFolder = try place.folder("shared-folder")
        let origin = "http://127.0.0.1:\(authDelivery.port)"
        self.origin = origin
        let record = SoakRecord()
        self.record = record
        devices = try Self.users.flatMap { user in
            try (0..<2).map { try SoakDevice(user, number: $0, at: origin, in: place, record) }
        }
    }

    /// The first devices sign up, the second ones sign in.
    func begin() async throws {
        for (index, device) in devices.enumerated() {
            if index.isMultiple(of: 2) {
                try await device.signUp(code: try await setupCode(), folder: sharedFolder)
            } else if !(try await device.signIn()) {
                await record.note("\(device.name) cannot sign in at the start")
            }
        }
        for (index, device) in devices.enumerated() where index.isMultiple(of: 4) {
            let others = (1...4).map { Self.users[(index / 2 + $0) % Self.users.count] }
            try await device.create("chat-\(device.user)", with: others)
        }
    }

    private func setupCode() async throws -> URL {
        let outcome = try await ChildProcess(
            ServerProcess.executable(.keyStore), ["invite", "--data", keyStore.dataFolder.path],
            environment: ["HOME": place.url.path], folder: place.url, name: "invite"
        ).outcome()
        let code = outcome.output.firstMatch(of: /cloudmls-setup1:[A-Za-z0-9_-]+/).map { String($0.output) } ?? ""
        return try place.file("setup-code-\(UUID().uuidString)", code)
    }

    /// People do what they do, and things are killed, until the time is over.
    func run(for duration: Duration) async throws {
        let end = ContinuousClock.now + duration
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for worker in 0..<Self.workers {
                tasks.addTask { try await self.work(worker, until: end) }
            }
            tasks.addTask { try await self.kill(until: end) }
            try await tasks.waitForAll()
        }
    }

    /// A worker has devices of its own, so that a device runs one command at a time; the two devices of a user belong to
    /// different workers.
    private func work(_ worker: Int, until end: ContinuousClock.Instant) async throws {
        var generator = SeededGenerator(seed: seed &+ UInt64(worker))
        let own = devices.indices.filter { $0 % Self.workers == worker }.map { devices[$0] }
        var number = 0
        while ContinuousClock.now < end, let device = own.randomElement(using: &generator) {
            number += 1
            try await act(device, number: "\(worker).\(number)", &generator)
        }
    }

    private func act(_ device: SoakDevice, number: String, _ generator: inout SeededGenerator) async throws {
        let choice = Int.random(in: 0..<100, using: &generator)
        let group = await record.groupsWith(device.user).randomElement(using: &generator)
        let other = Self.users.filter { $0 != device.user }.randomElement(using: &generator)
        guard let group, let other else {
            return try await device.create("chat-\(number)", with: other.map { [$0] } ?? [])
        }
        switch choice {
        case 0..<45: try await device.send("text \(number) of \(device.name)", to: group)
        case 45..<80: try await device.read(group)
        case 80..<81: try await device.create("chat-\(number)", with: [other])
        case 81..<87: try await device.add(other, to: group)
        case 87..<90: try await device.remove(other, from: group)
        case 90..<94: _ = try await device.run("group", "members", group)
        case 94..<97: _ = try await device.runOnce(["session", "list"])
        // One device of a user does these, so that the record knows which password was set last.
        case 97..<98 where device.name.hasSuffix("-0"): try await device.changePassword(to: "password \(number)")
        case 98..<99 where device.name.hasSuffix("-0"): try await device.rotate()
        default: _ = try await device.run("group", "list")
        }
    }

    /// Kills a server or a command every ten seconds, and says once a minute how it goes.
    private func kill(until end: ContinuousClock.Instant) async throws {
        var generator = SeededGenerator(seed: seed &- 1)
        var ticks = 0
        while ContinuousClock.now < end {
            try await Task.sleep(until: min(end, ContinuousClock.now + .seconds(10)), clock: .continuous)
            ticks += 1
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: try await kill(authDelivery, "auth-delivery-server")
            case 1: try await kill(keyStore, "key-store-server")
            default:
                if devices.shuffled(using: &generator).contains(where: { $0.kill() }) {
                    await record.countKill("cloudmls")
                }
            }
            if ticks.isMultiple(of: 6) { tell("soak: after \(ticks / 6) min: \(await record.progress)") }
        }
    }

    private func kill(_ server: MortalServer, _ name: String) async throws {
        server.kill()
        await record.countKill(name)
        try await server.revive()
    }

    func stop() async throws {
        for server in [authDelivery, keyStore] { try await server.stop() }
    }
}
