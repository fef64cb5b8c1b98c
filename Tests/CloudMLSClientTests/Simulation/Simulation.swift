import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

/// One run: users with their devices, the servers, the network between them and the clock, all moved by one seed.
///
/// It is driven from one thread, on which every task of the simulation runs too; nothing here is guarded.
final class Simulation: @unchecked Sendable {
    struct SealedText {
        var text: String
        var sender: AccountAddress
    }

    let seed: UInt64
    let mutation: Mutation?
    let plan: SimulationPlan
    let executor = SimulationExecutor()
    let network: SimulatedNetwork
    let world: AuthDeliveryWorld
    let chats = ChatWorld()
    var generator: SeededGenerator
    private(set) var users: [SimulatedUser] = []
    private(set) var devices: [SimulatedDevice] = []
    /// Every text that a device has sealed, by its ciphertext.
    var sealed: [String: SealedText] = [:]
    /// What happened, a line each.
    private(set) var trace: [String] = []
    /// What must not have happened.
    private(set) var violations: [String] = []
    private var remaining: Int
    var steps = 0
    private var isQuiet = true
    private var isOver = false

    /// What everybody says when things have calmed down begins so.
    static let lastWords = "the end,"

    /// More steps than any run needs that gets on.
    static let limit = 60_000

    init(seed: UInt64, mutation: Mutation? = nil) throws {
        self.seed = seed
        self.mutation = mutation
        generator = SeededGenerator(seed: seed)
        plan = SimulationPlan(&generator)
        let network = SimulatedNetwork()
        self.network = network
        world = AuthDeliveryWorld(
            clock: { network.now }, takesAnyAnchor: mutation == .reserveWithoutCompareAndSwap)
        remaining = plan.activities
        let names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"]
        for (name, count) in zip(names, plan.devices) {
            let user = try SimulatedUser(name, &generator)
            users.append(user)
            let world = world
            guard let incarnation = Incarnation(bytes: [UInt8](repeating: 7, count: 16)),
                case .success? = executor.finish({
                    try await world.anchorStore(
                        of: name, user.storeID, user.keys.keyring.profileKey, incarnation: incarnation)
                })
            else { throw Abandoned() }
            for index in 0..<count { devices.append(SimulatedDevice(user, index: index, in: self)) }
        }
    }

    /// Runs it all, on this thread.
    func run() {
        note("seed \(seed): " + devices.map(\.description).joined(separator: " "))
        setUp()
        note("-- trouble begins")
        isQuiet = false
        while violations.isEmpty, remaining > 0 || devices.contains(where: { !$0.running.isEmpty }) {
            guard steps < Self.limit else {
                violate("it does not come to an end")
                break
            }
            steps += 1
            step()
        }
        note("-- things calm down")
        isQuiet = true
        if violations.isEmpty { calmDown() }
        if violations.isEmpty { checkInvariants() }
        isOver = true
        network.end()
        executor.runUntilQuiet()
        for device in devices { device.restart(losingDisk: true) }
    }

    func note(_ line: String) { trace.append(line) }

    func violate(_ what: String) {
        violations.append(what)
        note("!! \(what)")
    }

    // Activities

    func begin(_ activity: Activity, on device: SimulatedDevice) {
        let life = device.life
        device.running.append(activity)
        note("\(device): begins \(activity)")
        executor.start { [self] in
            let result: Result<[GroupProblem], any Error>
            do {
                result = .success(try await device.perform(activity))
            } catch {
                result = .failure(error)
            }
            ended(activity, on: device, life: life, result)
        }
        executor.runUntilQuiet()
    }

    private func ended(
        _ activity: Activity, on device: SimulatedDevice, life: Int, _ result: Result<[GroupProblem], any Error>
    ) {
        guard !isOver, device.life == life else { return }
        if let index = device.running.firstIndex(of: activity) { device.running.remove(at: index) }
        switch result {
        case .success(let problems):
            note("\(device): ended \(activity)")
            for problem in problems {
                note("\(device): a problem with \(problem.group.hex.prefix(4)): \(problem.error)")
                judge(problem.error, of: device)
            }
        case .failure(let error):
            note("\(device): failed \(activity): \(error)")
            judge(error, of: device)
        }
    }

    /// Whether an error may come up: in trouble those that say so, in quiet none.
    private func judge(_ error: any Error, of device: SimulatedDevice) {
        guard let error = error as? ClientError else { return violate("\(device) met \(error)") }
        let isExpected =
            switch error.code {
            case .notReachable, .busy, .groupReadOnly, .unknownGroup, .unknownAccount, .groupExists, .noKeyPackage,
                .refused(.invalidKeyPackage):
                true
            default: false
            }
        // Nobody comes back with another key without a person who asked.
        let isOfNewIdentity =
            error.code == .identityKeyChanged && users.contains { $0.hasLostIdentity && $0 !== device.user }
        guard !isOfNewIdentity, isQuiet || !isExpected else { return }
        violate("\(device) met \(error.code): \(error)")
    }

    // What the schedule does in trouble

    private func step() {
        network.now += UInt64(generator.below(20))
        if happensToAServer() || happensToADevice() { return }
        let idle = devices.filter { $0.running.isEmpty || ($0.running.count == 1 && $0.index == 0) }
        let movable = network.exchanges.filter(canMove)
        let canBegin = remaining > 0 && !idle.isEmpty
        guard !movable.isEmpty || canBegin else { return waitForTheClock() }
        let choice = generator.below(movable.count + (canBegin ? 1 : 0))
        if choice == movable.count {
            beginSomething(on: generator.pick(idle))
        } else {
            move(movable[choice])
        }
    }

    private func canMove(_ exchange: Exchange) -> Bool {
        if case .held(let until) = exchange.phase { return until <= network.now }
        return true
    }

    private func waitForTheClock() {
        let times = network.exchanges.compactMap { exchange in
            if case .held(let until) = exchange.phase { until } else { nil }
        }
        guard let next = times.min() else {
            let stuck = devices.filter { !$0.running.isEmpty }.map { "\($0) in \($0.running)" }
            return violate("nobody waits for the network, and nobody gets on: \(stuck)")
        }
        network.now = max(network.now, next)
        note("the clock goes on to +\(network.now - 1_800_000_000) s")
    }

    private func beginSomething(on device: SimulatedDevice) {
        remaining -= 1
        let number = plan.activities - remaining
        let group = generator.below(4)
        let someone = generator.pick(users).account
        let activity: Activity
        switch generator.below(100) {
        case 0..<6:
            let others = users.filter { $0 !== device.user && generator.happens(600) }.map(\.account)
            activity = .createGroup(chat: generator.pick(["lunch", "lunch", "trip"]), members: others)
        case 6..<20: activity = .addMember(group: group, someone)
        case 20..<27: activity = .removeMember(group: group, member: generator.below(8))
        case 27..<31: activity = .leave(group: group)
        case 31..<42: activity = .refresh(group: group)
        case 42..<56: activity = .synchronise(wait: generator.below(3) == 0 ? 30 : 0)
        case 56..<78: activity = .send(group: group, text: "m\(number)")
        case 78..<90: activity = .read(group: group)
        case 90..<96: activity = .maintainKeyPackages
        default: activity = .addAccount
        }
        // The command line keeps a second process off a device; one that shows what is new has no rival anyway.
        guard !activity.isReading || !device.running.contains(where: \.isReading) else { return }
        begin(activity, on: device)
    }

    private func happensToAServer() -> Bool {
        let servers = [.authDelivery, .messenger] + users.map { ServerName.keyStore($0.name) }
        if generator.happens(plan.outage) {
            let server = generator.pick(servers)
            network.away[server] = network.now + 86_400
            note("\(server) goes away for a day")
            network.cut(server)
        } else if generator.happens(plan.restart) {
            let server = generator.pick(servers)
            note("\(server) restarts")
            network.cut(server)
        } else if let until = network.away.values.max(), until > network.now, generator.happens(30) {
            network.now = until
            note("a day passes")
        } else {
            return false
        }
        executor.runUntilQuiet()
        return true
    }

    private func happensToADevice() -> Bool {
        let busy = devices.filter { !$0.running.isEmpty }
        if !busy.isEmpty, generator.happens(plan.crash) {
            crash(generator.pick(busy), losingDisk: generator.happens(250))
            return true
        }
        guard plan.rollback > 0 else { return false }
        let user = generator.pick(users)
        if generator.happens(30), case .success(let objects) = executor.finish({ await user.store.objects }) {
            user.backups.append(objects)
            note("\(user.name)'s key store is backed up")
        }
        guard generator.happens(plan.rollback), !user.isRolledBack, !user.backups.isEmpty else { return false }
        let backup = generator.pick(user.backups)
        let isUntold = generator.happens(500)
        note("\(user.name)'s key store is brought back to a backup" + (isUntold ? ", and does not tell" : ""))
        user.isRolledBack = true
        let restored = executor.finish {
            let hadIdentity = try await user.hasIdentity()
            await user.store.restore(backup, sameIncarnation: isUntold)
            let hasIdentity = try await user.hasIdentity()
            return hadIdentity && !hasIdentity
        }
        guard case .success(let hasLostIdentity) = restored else {
            violate("a backup cannot be restored")
            return true
        }
        user.hasLostIdentity = hasLostIdentity
        let losingDisks = generator.happens(500)
        for device in devices where device.user === user { crash(device, losingDisk: losingDisks) }
        return true
    }

    private func crash(_ device: SimulatedDevice, losingDisk: Bool) {
        note("\(device) is switched off" + (losingDisk ? " and loses its disk" : ""))
        network.abandon(device) { _ in generator.happens(500) }
        device.restart(losingDisk: losingDisk)
    }

    // What becomes of a call

    private func move(_ exchange: Exchange) {
        switch exchange.phase {
        case .request, .held:
            if network.isAway(exchange.server) {
                fail(exchange, "finds nobody")
            } else if !exchange.isOrphan, generator.happens(plan.loss) {
                if generator.happens(plan.lateness) { network.duplicate(exchange) }
                fail(exchange, "is lost")
            } else {
                if !exchange.isOrphan, generator.happens(plan.duplication) { network.duplicate(exchange) }
                deliver(exchange, refused: exchange.what == "postCommit" && generator.happens(plan.refusal))
            }
        case .answer:
            if generator.happens(plan.loss) {
                fail(exchange, "loses its answer")
            } else {
                answer(exchange)
            }
        }
        executor.runUntilQuiet()
    }

    private func fail(_ exchange: Exchange, _ how: String) {
        note("\(line(exchange)) \(how)")
        network.remove(exchange)
        if !exchange.isOrphan { exchange.end(SimulatedNetwork.failure) }
    }

    func deliver(_ exchange: Exchange, refused: Bool = false) {
        let (world, perform) = (world, exchange.perform)
        let result = executor.finish {
            await world.setCommitRefusal(refused ? .invalidKeyPackage : nil)
            let isAnswered = await perform()
            await world.setCommitRefusal(nil)
            return isAnswered
        }
        guard case .success(let isAnswered) = result else { return violate("\(line(exchange)) hangs at the server") }
        if exchange.isOrphan {
            note("\(line(exchange)) arrives late")
            network.remove(exchange)
        } else if isAnswered {
            note("\(line(exchange)) arrives: \(exchange.outcome())")
            exchange.phase = .answer
        } else if case .held = exchange.phase {
            exchange.phase = .answer
        } else {
            // Looked at again a few times before the time is over, as new entries make the server do.
            exchange.phase = .held(until: network.now + 10)
        }
    }

    func answer(_ exchange: Exchange) {
        note("\(line(exchange)) is answered")
        network.remove(exchange)
        exchange.end(nil)
    }

    private func line(_ exchange: Exchange) -> String {
        "  #\(exchange.number) \(exchange.device) → \(exchange.server): \(exchange.what)"
    }
}
