import CloudMLSAPI
import CloudMLSClient
import Testing

/// Several devices of one user, and several members, at the same moment.
@Suite struct DevicesTests {
    private func pair() async throws -> (TestUser, TestUser, Messenger, Messenger, GroupID) {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        return (alice, bob, first, second, group)
    }

    @Test(arguments: [UInt32(1), 4])
    func devicesThatSendAtOnceNeverShareAGeneration(block: UInt32) async throws {
        let (alice, bob, _, bobDevice, group) = try await pair()
        let policy = MessagingPolicy(keyPackageCount: 4, generationBlock: block)
        let devices = (0..<4).map { _ in alice.device(policy: policy) }
        let texts = try await withThrowingTaskGroup(of: [String].self) { tasks in
            for (index, device) in devices.enumerated() {
                tasks.addTask {
                    var texts: [String] = []
                    for number in 0..<5 {
                        texts.append(try await device.encrypt("\(index)/\(number)", for: group))
                    }
                    return texts
                }
            }
            return try await tasks.reduce(into: []) { $0 += $1 }
        }
        #expect(texts.count == 20)
        let positions = try await ratchetPositions(of: texts, as: bob)
        #expect(Set(positions).count == 20)
        var read: Set<String> = []
        for text in texts { read.insert(try await bobDevice.readText(text)) }
        #expect(read.count == 20)
    }

    @Test func aBlockIsUsedUpBeforeAnotherIsReserved() async throws {
        let (alice, bob, _, _, group) = try await pair()
        let device = alice.device(policy: MessagingPolicy(keyPackageCount: 4, generationBlock: 3))
        var texts: [String] = []
        for number in 0..<4 { texts.append(try await device.encrypt("\(number)", for: group)) }
        let positions = try await ratchetPositions(of: texts, as: bob)
        #expect(positions.map(\.generation) == [0, 1, 2, 3])
        let path = StorePath.generations(1, of: group)
        let counts = try await alice.store.read([path])[path]?.decoded(GenerationCounts.self)
        #expect(counts?.application == 6)
    }

    @Test func twoDevicesCreateOneGroup() async throws {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        _ = try await alice.readyDevice()
        let bobDevice = try await bob.readyDevice()
        let devices = [alice.device(), alice.device()]
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for device in devices {
                tasks.addTask {
                    do {
                        try await device.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
                    } catch let error as ClientError where error.code == .groupExists {
                        return
                    }
                }
            }
            try await tasks.waitForAll()
        }
        #expect(try await devices[0].groups().count == 1)
        #expect(try await bobDevice.sync().joined.count == 1)
    }

    @Test func membersWhoCommitAtOnceBothGetTheirChange() async throws {
        let (alice, bob, first, second, group) = try await pair()
        let (carol, dave) = (try TestUser("carol", alice.world), try TestUser("dave", alice.world))
        let (third, fourth) = (try await carol.readyDevice(), try await dave.readyDevice())
        async let one: Void = first.addMembers([carol.account], to: group)
        async let two: Void = second.addMembers([dave.account], to: group)
        _ = try await (one, two)
        let all = [first, second, third, fourth]
        for device in all { try await device.sync() }
        for device in all {
            #expect(
                Set(try await device.members(of: group)) == [alice.account, bob.account, carol.account, dave.account])
        }
        let sealed = try await fourth.encrypt("all here", for: group)
        for device in all { #expect(try await device.readText(sealed) == "dave: all here") }
    }

    @Test func aCommitThatLostIsDiscardedAndItsKeyPackagesAreUsedByTheNext() async throws {
        let (alice, bob, first, second, group) = try await pair()
        let carol = try TestUser("carol", alice.world)
        let third = try await carol.readyDevice()
        // Alice's intent is written, and the connection breaks before the commit goes out.
        let faults = FaultPlan()
        let cut = alice.device(faults)
        try await third.sync()
        var count = 0
        while try await alice.store.read([StorePath.head(group)])[StorePath.head(group)]?
            .decoded(GroupHead.self)?.intent == nil
        {
            await faults.breakAfter(count, .beforeCall)
            count += 1
            await #expect(throws: FaultPlan.failure) { try await cut.addMembers([carol.account], to: group) }
        }
        try await second.refresh(group)

        let later = alice.device()
        try await later.sync()
        let head = try await alice.store.read([StorePath.head(group)])[StorePath.head(group)]?.decoded(GroupHead.self)
        #expect(head?.intent == nil)
        #expect(head?.claims.map(\.account) == [carol.account])
        try await later.addMembers([carol.account], to: group)
        #expect(try await third.sync().joined == [group])
        #expect(await alice.world.claimed(of: carol.account) == 1)
        try await first.sync()
        #expect(try await first.members(of: group) == [alice.account, bob.account, carol.account])
    }

    @Test func theKeyPackagesOfARefusedCommitAreUsedByTheNext() async throws {
        let (alice, _, first, _, group) = try await pair()
        let carol = try TestUser("carol", alice.world)
        let third = try await carol.readyDevice()
        await alice.world.setCommitRefusal(.tooLarge)
        await #expect(throws: ClientError(refusal: .init(code: .tooLarge, message: ""))) {
            try await first.addMembers([carol.account], to: group)
        }
        await alice.world.setCommitRefusal(nil)
        try await first.addMembers([carol.account], to: group)
        #expect(try await third.sync().joined == [group])
        #expect(await alice.world.claimed(of: carol.account) == 1)
    }

    @Test func theLogFillsWhatTheInboxLost() async throws {
        let (alice, bob, first, second, group) = try await pair()
        for _ in 0..<3 { try await first.refresh(group) }
        await alice.world.overflow("bob")
        let report = try await second.sync()
        #expect(report.problems.isEmpty)
        let sealed = try await first.encrypt("caught up?", for: group)
        #expect(try await second.readText(sealed) == "alice: caught up?")
        #expect(try await second.members(of: group) == [alice.account, bob.account])
    }
}

extension AuthDeliveryWorld {
    /// How many KeyPackages of an account were handed out.
    func claimed(of account: AccountAddress) -> Int {
        keyPackages.count { $0.value.account == account && $0.value.status == .claimed }
    }
}
