import CloudMLSAPI
import CloudMLSClient
import Testing

@Suite struct GroupConversationTests {
    private func trio(suite: UInt16 = 1) async throws -> (TestUser, TestUser, TestUser, [Messenger]) {
        let world = AuthDeliveryWorld()
        let users = try ["alice", "bob", "carol"].map { try TestUser($0, world) }
        var devices: [Messenger] = []
        for user in users {
            let policy = MessagingPolicy(cipherSuite: suite, keyPackageCount: 4)
            devices.append(try await user.readyDevice(policy: policy))
        }
        return (users[0], users[1], users[2], devices)
    }

    @Test(arguments: [UInt16(1), 2, 3])
    func threeUsersReadEachOther(suite: UInt16) async throws {
        let (alice, bob, carol, devices) = try await trio(suite: suite)
        let group = try await devices[0].createGroup(
            chat: "lunch", account: alice.account, members: [bob.account, carol.account])
        for device in devices.dropFirst() {
            let report = try await device.sync()
            #expect(report.joined == [group])
            #expect(report.parked.isEmpty)
            #expect(report.problems.isEmpty)
        }
        for (index, name) in ["alice", "bob", "carol"].enumerated() {
            let sealed = try await devices[index].encrypt("hello", for: group)
            #expect(isSealed(sealed))
            for device in devices { #expect(try await device.readText(sealed) == "\(name): hello") }
        }
        for device in devices {
            let members = try await device.members(of: group)
            #expect(members == [alice.account, bob.account, carol.account])
            let summary = try #require(try await device.groups().first)
            #expect(summary.chat == "lunch")
            #expect(summary.state == .active)
        }
    }

    @Test func whoIsRemovedReadsTheOldAndNotTheNew() async throws {
        let (alice, bob, carol, devices) = try await trio()
        let group = try await devices[0].createGroup(
            chat: "lunch", account: alice.account, members: [bob.account, carol.account])
        for device in devices { try await device.sync() }
        let before = try await devices[1].encrypt("before", for: group)
        try await devices[0].removeMembers([carol.account], from: group)
        for device in devices { try await device.sync() }
        let after = try await devices[1].encrypt("after", for: group)

        #expect(try await devices[0].readText(after) == "bob: after")
        #expect(try await devices[2].readText(before) == "bob: before")
        #expect(try await devices[2].decrypt(after) == .undecryptable(.notAMember(group, epoch: 2)))
        #expect(try await devices[2].groups().map(\.state) == [.removed])
        await #expect(throws: ClientError(.groupReadOnly, "")) {
            try await devices[2].encrypt("let me in", for: group)
        }
    }

    @Test func whoIsAddedLaterDoesNotReadTheOld() async throws {
        let (alice, bob, carol, devices) = try await trio()
        let group = try await devices[0].createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await devices[1].sync()
        let before = try await devices[1].encrypt("before", for: group)
        try await devices[0].addMembers([carol.account], to: group)
        for device in devices { try await device.sync() }
        #expect(try await devices[2].decrypt(before) == .undecryptable(.notAMember(group, epoch: 1)))
        let after = try await devices[2].encrypt("after", for: group)
        #expect(try await devices[0].readText(after) == "carol: after")
    }

    @Test func whoComesBackReadsBothTimesAndNotTheTimeBetween() async throws {
        let (alice, bob, carol, devices) = try await trio()
        let group = try await devices[0].createGroup(
            chat: "lunch", account: alice.account, members: [bob.account, carol.account])
        for device in devices { try await device.sync() }
        let first = try await devices[0].encrypt("first", for: group)
        try await devices[0].removeMembers([carol.account], from: group)
        for device in devices { try await device.sync() }
        let between = try await devices[0].encrypt("between", for: group)
        try await devices[0].addMembers([carol.account], to: group)
        for device in devices { try await device.sync() }
        let second = try await devices[0].encrypt("second", for: group)
        #expect(try await devices[2].readText(first) == "alice: first")
        #expect(try await devices[2].decrypt(between) == .undecryptable(.notAMember(group, epoch: 2)))
        #expect(try await devices[2].readText(second) == "alice: second")
    }

    @Test func aNewDeviceReadsTheWholeHistory() async throws {
        let (alice, bob, _, devices) = try await trio()
        let group = try await devices[0].createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await devices[1].sync()
        var history: [String] = []
        for round in 0..<3 {
            history.append(try await devices[0].encrypt("round \(round)", for: group))
            try await devices[1].refresh(group)
            try await devices[0].sync()
        }
        let fresh = bob.device()
        for (round, sealed) in history.enumerated().reversed() {
            #expect(try await fresh.readText(sealed) == "alice: round \(round)")
            #expect(try await fresh.readText(sealed) == "alice: round \(round)")
        }
        #expect(try await devices[0].readText(try await fresh.encrypt("me too", for: group)) == "bob: me too")
    }

    @Test func leavingTakesEffectWithTheNextMessage() async throws {
        let (alice, bob, carol, devices) = try await trio()
        let group = try await devices[0].createGroup(
            chat: "lunch", account: alice.account, members: [bob.account, carol.account])
        for device in devices { try await device.sync() }
        try await devices[2].leave(group)
        let sealed = try await devices[1].encrypt("is Carol gone?", for: group)
        for device in devices { try await device.sync() }
        #expect(try await devices[0].readText(sealed) == "bob: is Carol gone?")
        #expect(try await devices[0].members(of: group) == [alice.account, bob.account])
        #expect(try await devices[2].decrypt(sealed) == .undecryptable(.notAMember(group, epoch: 2)))
        #expect(try await devices[2].groups().map(\.state) == [.removed])
    }

    @Test func theGroupFollowsThePlatformsMembers() async throws {
        let (alice, bob, carol, devices) = try await trio()
        let group = try await devices[0].checkGroupState(
            chat: "lunch", account: alice.account, members: [alice.account, bob.account])
        let same = try await devices[0].checkGroupState(
            chat: "lunch", account: alice.account, members: [alice.account, carol.account])
        #expect(same == group)
        #expect(Set(try await devices[0].members(of: group)) == [alice.account, carol.account])
    }

    @Test func somebodyWithoutKeyPackagesStopsTheWholeChange() async throws {
        let (alice, bob, _, devices) = try await trio()
        let stranger = try #require(AccountAddress("folder:nobody"))
        await #expect(throws: ClientError(.noKeyPackage, "")) {
            try await devices[0].createGroup(
                chat: "lunch", account: alice.account, members: [bob.account, stranger])
        }
        #expect(try await devices[0].groups().isEmpty)
        let group = try await devices[0].createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        await #expect(throws: ClientError(.noKeyPackage, "")) {
            try await devices[0].addMembers([stranger], to: group)
        }
        #expect(try await devices[0].members(of: group) == [alice.account, bob.account])
    }

    @Test func plainAndDamagedTextsAreToldApart() async throws {
        let (alice, _, _, devices) = try await trio()
        let group = try await devices[0].createGroup(chat: "notes", account: alice.account, members: [])
        let sealed = try await devices[0].encrypt("to myself", for: group)
        #expect(try await devices[0].readText(sealed) == "alice: to myself")
        #expect(try await devices[0].decrypt("good morning") == .plain("good morning"))
        #expect(try await devices[0].decrypt(String(sealed.dropLast(2))) == .undecryptable(.damaged))
        let flipped = String(sealed.dropLast()) + (sealed.hasSuffix("A") ? "Q" : "A")
        let answer = try await devices[0].decrypt(flipped)
        #expect(answer == .undecryptable(.notAuthentic) || answer == .undecryptable(.damaged))
    }
}
