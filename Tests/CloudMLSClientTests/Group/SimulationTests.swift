import CloudMLSAPI
import CloudMLSClient
import Testing

/// Random operations on two devices of each of three users, many of them cut short. Whatever the schedule, nothing is
/// lost, no ratchet key serves twice, and everybody agrees in the end.
@Suite struct SimulationTests {
    /// A small generator of which a seed gives the same schedule again (xorshift64*).
    private struct Schedule {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % bound
        }
    }

    @Test(arguments: UInt64(1)...12)
    func everySchedule(seed: UInt64) async throws {
        let world = AuthDeliveryWorld()
        let users = try ["alice", "bob", "carol"].map { try TestUser($0, world) }
        let policy = MessagingPolicy(keyPackageCount: 3, generationBlock: 2)
        for user in users { _ = try await user.readyDevice(policy: policy) }
        let group = try await users[0].device().createGroup(
            chat: "lunch", account: users[0].account, members: [users[1].account])
        let plans = (0..<4).map { _ in FaultPlan() }
        let devices = (0..<4).map { users[$0 % 2].device(plans[$0], policy: policy) }
        for device in devices { try await device.sync() }

        var schedule = Schedule(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var sent: [String] = []
        var cuts = 0
        for step in 0..<30 {
            let index = schedule.next(devices.count)
            let device = devices[index]
            if schedule.next(2) == 0 {
                await plans[index].breakAfter(schedule.next(25), schedule.next(2) == 0 ? .beforeCall : .afterCall)
            }
            do {
                switch schedule.next(6) {
                case 0: try await device.refresh(group)
                case 1: try await device.addMembers([users[2].account], to: group)
                case 2: try await device.removeMembers([users[2].account], from: group)
                case 3: try await device.sync()
                default: sent.append(try await device.encrypt("step \(step)", for: group))
                }
            } catch let error as ClientError where error == FaultPlan.failure {
                cuts += 1
            }
            await plans[index].heal()
            if schedule.next(8) == 0 {
                try await users[2].device().sync()
                try await users[2].device().maintainKeyPackages()
            }
        }
        #expect(cuts > 0)

        for device in devices { #expect(try await device.sync().problems.isEmpty) }
        for device in devices { try await device.sync() }
        for text in sent {
            for device in devices { #expect(try await !device.readText(text).isEmpty) }
        }
        let positions = try await ratchetPositions(of: sent, as: users[0])
        #expect(Set(positions).count == sent.count)

        let last = try await devices[3].encrypt("the end", for: group)
        let members = try await devices[3].members(of: group)
        let carol = users[2].device()
        try await carol.sync()
        for device in devices {
            #expect(try await device.readText(last) == "bob: the end")
            #expect(try await device.parked().isEmpty)
            #expect(try await device.members(of: group) == members)
        }
        if members.contains(users[2].account) {
            #expect(try await carol.readText(last) == "bob: the end")
        }
        #expect(try await carol.parked().isEmpty)
    }
}
