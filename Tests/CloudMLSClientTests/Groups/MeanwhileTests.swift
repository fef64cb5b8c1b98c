import CloudMLSAPI
import CloudMLSClient
import Testing

/// Lets somebody else do something right before a call of this device's arrives, once.
struct Interruption: Connection {
    let call: String
    let meanwhile: @Sendable () async throws -> Void
    private let isDone = Guarded(false)

    init(before call: String, _ meanwhile: @escaping @Sendable () async throws -> Void) {
        self.call = call
        self.meanwhile = meanwhile
    }

    func carry<Answer: Sendable>(
        _ what: String, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let isNow = isDone.withLock { isDone in
            let isNow = !isDone && what.hasPrefix(self.call)
            isDone = isDone || isNow
            return isNow
        }
        if isNow { try await meanwhile() }
        return try await call()
    }
}

/// Delivers one call twice, and brings the second answer.
private struct Repetition: Connection {
    let call: String
    private let isDone = Guarded(false)

    init(of call: String) { self.call = call }

    func carry<Answer: Sendable>(
        _ what: String, _ call: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let isNow = isDone.withLock { isDone in
            let isNow = !isDone && what.hasPrefix(self.call)
            isDone = isDone || isNow
            return isNow
        }
        if isNow { _ = try await call() }
        return try await call()
    }
}

/// Lets somebody else do something right before one read of the key store.
private struct InterruptedStore: ObjectStore {
    let store: MemoryObjectStore
    /// How many reads come before it.
    let reads: Int
    let meanwhile: @Sendable () async throws -> Void
    private let count = Guarded(0)

    init(_ store: MemoryObjectStore, afterReads reads: Int, _ meanwhile: @escaping @Sendable () async throws -> Void) {
        self.store = store
        self.reads = reads
        self.meanwhile = meanwhile
    }

    func read(_ paths: [String]) async throws -> [String: SealedValue] {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number == reads + 1 { try await meanwhile() }
        return await store.read(paths)
    }

    func write(_ writes: [SealedWrite]) async throws -> WriteOutcome { await store.write(writes) }
}

/// What others do between two steps of a device: schedules that the simulation found.
@Suite struct MeanwhileTests {
    private func pair() async throws -> (TestUser, TestUser, GroupID) {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        return (alice, bob, group)
    }

    /// The other device finds the intent in the head, and takes it up before this one has raised the anchor.
    @Test func anIntentThatAnotherDeviceTakesUpIsNoRollback() async throws {
        let (alice, bob, group) = try await pair()
        let interruption = Interruption(before: "writeAnchor") {
            let report = try await alice.device().sync()
            #expect(report.problems.isEmpty)
        }
        let device = Messenger(services: alice.services(authDelivery: interruption))
        try await device.refresh(group)
        #expect(try await device.sync().problems.isEmpty)
        #expect(await (alice.world.groups[group.bytes]?.epoch ?? 0) >= 2)
        let sealed = try await device.encrypt("fresh", for: group)
        try await bob.device().sync()
        #expect(try await bob.device().readText(sealed) == "alice: fresh")
    }

    /// The other device only raises the anchor to the intent, and then goes away.
    @Test func anIntentThatAnotherDeviceHasAnchoredIsNoRollback() async throws {
        let (alice, _, group) = try await pair()
        let interruption = Interruption(before: "writeAnchor") {
            let faults = FaultPlan()
            // The index, the anchor, the head twice, the anchor and its swap: what comes next is the commit.
            await faults.breakAfter(6, .beforeCall)
            await #expect(throws: FaultPlan.failure) { try await alice.device(faults).sync() }
        }
        let device = Messenger(services: alice.services(authDelivery: interruption))
        try await device.refresh(group)
        #expect(try await device.sync().problems.isEmpty)
        #expect(await (alice.world.groups[group.bytes]?.epoch ?? 0) >= 2)
    }

    /// The second proposal is the first one again, so that the head stays as it is.
    @Test func leavingTwiceIsNoRollback() async throws {
        let (alice, bob, group) = try await pair()
        for _ in 0..<2 { try await bob.device().leave(group) }
        #expect(try await bob.device().sync().problems.isEmpty)
        _ = try await alice.device().encrypt("bye", for: group)
        try await bob.device().sync()
        #expect(try await bob.device().groups().map(\.state) == [.removed])
    }

    /// The second answer to a swap of the anchor says that somebody else was faster: it was the first.
    @Test func aRaiseThatArrivesTwiceIsNoRollback() async throws {
        let (alice, bob, group) = try await pair()
        try await Messenger(services: alice.services(authDelivery: Repetition(of: "writeAnchor"))).refresh(group)
        #expect(await alice.world.groups[group.bytes]?.epoch == 2)
        try await bob.device().sync()
        try await Messenger(services: bob.services(authDelivery: Repetition(of: "writeAnchor"))).leave(group)
        _ = try await alice.device().encrypt("bye", for: group)
        #expect(await alice.world.groups[group.bytes]?.members == [alice.account])
    }

    @Test func leavingWhileBeingRemovedIsDone() async throws {
        let (alice, bob, group) = try await pair()
        let interruption = Interruption(before: "postProposal") {
            try await alice.device().removeMembers([bob.account], from: group)
        }
        try await Messenger(services: bob.services(authDelivery: interruption)).leave(group)
        #expect(try await bob.device().groups().map(\.state) == [.removed])
    }

    /// Whenever another device joins by the Welcome that this one works on, nothing is wrong with it.
    @Test(arguments: 0..<8)
    func joiningByAWelcomeThatAnotherDeviceHasUsed(reads: Int) async throws {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        let store = InterruptedStore(bob.store, afterReads: reads) { _ = try await second.sync() }
        let device = Messenger(services: bob.services(objects: store))
        #expect(try await device.sync().problems.isEmpty)
        #expect(try await device.parked().isEmpty)
        #expect(try await device.groups().map(\.state) == [.active])
    }

    /// What another device does for an account that is in the key store while the registration is on its way.
    private func addAccount(
        of user: TestUser, _ meanwhile: @escaping @Sendable (Messenger) async throws -> Void
    ) async throws {
        let interruption = Interruption(before: "registerAccount") { try await meanwhile(user.device()) }
        try await Messenger(services: user.services(authDelivery: interruption))
            .addAccount(user.account, settings: ["folder": "/chats"])
    }

    @Test func keyPackagesOfAnAccountWhoseRegistrationIsOnItsWayArePublished() async throws {
        let alice = try TestUser("alice", AuthDeliveryWorld())
        try await addAccount(of: alice) { other in
            let published = try await other.maintainKeyPackages()
            #expect(published == 5)
        }
        #expect(await alice.world.owners[alice.account] == "alice")
        #expect(await alice.world.histories[alice.account]?.allSatisfy { $0.replaced == nil } == true)
    }

    @Test func aGroupOfAnAccountWhoseRegistrationIsOnItsWayIsCreated() async throws {
        let alice = try TestUser("alice", AuthDeliveryWorld())
        try await addAccount(of: alice) { other in
            try await other.createGroup(chat: "lunch", account: alice.account, members: [])
        }
        #expect(try await alice.device().groups().map(\.state) == [.active])
    }

    @Test func somebodyElsesAccountIsWithdrawnByWhicheverDeviceIsRefusedIt() async throws {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        try await bob.device().addAccount(alice.account)
        let taken = ClientError(refusal: .init(code: .accountTaken, message: ""))
        let met = Guarded<ClientError?>(nil)
        await #expect(throws: taken) {
            try await addAccount(of: alice) { other in
                do {
                    try await other.maintainKeyPackages()
                } catch let error as ClientError {
                    met.withLock { $0 = error }
                }
            }
        }
        #expect(met.withLock { $0 } == taken)
        #expect(try await alice.device().accounts().isEmpty)
        #expect(await world.owners[alice.account] == "bob")
    }
}
