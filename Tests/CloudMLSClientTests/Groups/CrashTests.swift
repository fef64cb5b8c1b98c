import CloudMLSAPI
import CloudMLSClient
import MLS
import Testing

/// Every operation is cut at each of its calls to either server, before and after the call, then taken up by a new
/// device: it must converge, and no generation may be used twice.
@Suite struct CrashTests {
    private struct Scene: Sendable {
        var alice: TestUser
        var bob: TestUser
        var aliceDevice: Messenger
        var bobDevice: Messenger
        var group: GroupID
    }

    private func users() async throws -> (TestUser, TestUser, TestUser) {
        let world = AuthDeliveryWorld()
        let users = try ["alice", "bob", "carol"].map { try TestUser($0, world) }
        for user in users { _ = try await user.readyDevice(policy: MessagingPolicy(keyPackageCount: 2)) }
        return (users[0], users[1], users[2])
    }

    private func scene() async throws -> (Scene, TestUser) {
        let (alice, bob, carol) = try await users()
        let (first, second) = (alice.device(), bob.device())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        return (Scene(alice: alice, bob: bob, aliceDevice: first, bobDevice: second, group: group), carol)
    }

    /// Cuts an operation at its nth call, for every n until it passes uncut.
    ///
    /// - Parameter attempt: runs the operation on a device whose connections the plan cuts, then checks what is left.
    private func cutEverywhere(
        _ moment: FaultPlan.Moment, _ attempt: (FaultPlan) async throws -> Bool
    ) async throws {
        var wasCut = false
        for count in 0..<80 {
            let faults = FaultPlan()
            await faults.breakAfter(count, moment)
            if try await attempt(faults) {
                #expect(wasCut, "the plan never cut anything")
                return
            }
            wasCut = true
        }
        Issue.record("the operation has more calls than were tried")
    }

    /// Runs an operation that the plan may cut.
    ///
    /// - Returns: whether it came to its end.
    private func completes(_ operation: () async throws -> Void) async throws -> Bool {
        do {
            try await operation()
            return true
        } catch let error as ClientError where error == FaultPlan.failure {
            return false
        }
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func creatingAGroup(_ moment: FaultPlan.Moment) async throws {
        try await cutEverywhere(moment) { faults in
            let (alice, bob, _) = try await users()
            let device = alice.device(faults)
            let isDone = try await completes {
                try await device.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
            }
            let later = alice.device()
            try await later.sync()
            if try await later.group(chat: "lunch", account: alice.account) == nil {
                try await later.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
            }
            let groups = try await later.groups()
            #expect(groups.count == 1)
            let group = try #require(groups.first)
            #expect(group.state == .active)
            let bobDevice = bob.device()
            let report = try await bobDevice.sync()
            #expect(report.joined == [group.id])
            #expect(report.parked.isEmpty)
            let sealed = try await later.encrypt("hello", for: group.id)
            #expect(try await bobDevice.readText(sealed) == "alice: hello")
            return isDone
        }
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func addingAMember(_ moment: FaultPlan.Moment) async throws {
        try await cutEverywhere(moment) { faults in
            let (scene, carol) = try await scene()
            let isDone = try await completes {
                try await scene.alice.device(faults).addMembers([carol.account], to: scene.group)
            }
            let later = scene.alice.device()
            try await later.sync()
            try await later.addMembers([carol.account], to: scene.group)
            try await scene.bobDevice.sync()
            let carolDevice = carol.device()
            let report = try await carolDevice.sync()
            #expect(report.joined == [scene.group])
            let sealed = try await scene.bobDevice.encrypt("welcome", for: scene.group)
            #expect(try await carolDevice.readText(sealed) == "bob: welcome")
            #expect(try await later.readText(sealed) == "bob: welcome")
            let answer = try await later.encrypt("thanks", for: scene.group)
            #expect(try await carolDevice.readText(answer) == "alice: thanks")
            return isDone
        }
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func emptyingTheInbox(_ moment: FaultPlan.Moment) async throws {
        try await cutEverywhere(moment) { faults in
            let (scene, carol) = try await scene()
            // A commit, a proposal and a commit for Bob; a Welcome for Carol's user stands for joining.
            try await scene.aliceDevice.addMembers([carol.account], to: scene.group)
            let carolFaulty = carol.device(faults)
            let isDone = try await completes { try await carolFaulty.sync() }
            let carolDevice = carol.device()
            try await carolDevice.sync()
            try await carolDevice.refresh(scene.group)
            try await scene.aliceDevice.refresh(scene.group)
            try await scene.bobDevice.sync()
            let sealed = try await scene.bobDevice.encrypt("all here", for: scene.group)
            try await carolDevice.sync()
            #expect(try await carolDevice.readText(sealed) == "bob: all here")
            #expect(try await carolDevice.parked().isEmpty)
            #expect(try await carolDevice.groups().map(\.state) == [.active])
            return isDone
        }
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func applyingCommits(_ moment: FaultPlan.Moment) async throws {
        try await cutEverywhere(moment) { faults in
            let (scene, carol) = try await scene()
            try await scene.aliceDevice.addMembers([carol.account], to: scene.group)
            let between = try await scene.aliceDevice.encrypt("between", for: scene.group)
            try await scene.aliceDevice.removeMembers([carol.account], from: scene.group)
            let isDone = try await completes { try await scene.bob.device(faults).sync() }
            let later = scene.bob.device()
            try await later.sync()
            #expect(try await later.members(of: scene.group) == [scene.alice.account, scene.bob.account])
            #expect(try await later.readText(between) == "alice: between")
            #expect(try await later.parked().isEmpty)
            let sealed = try await later.encrypt("still here", for: scene.group)
            #expect(try await scene.aliceDevice.readText(sealed) == "bob: still here")
            return isDone
        }
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func sending(_ moment: FaultPlan.Moment) async throws {
        try await cutEverywhere(moment) { faults in
            let (scene, _) = try await scene()
            let device = scene.alice.device(faults)
            var texts: [String] = []
            let isDone = try await completes {
                texts.append(try await device.encrypt("one", for: scene.group))
            }
            let later = scene.alice.device()
            for text in ["two", "three"] { texts.append(try await later.encrypt(text, for: scene.group)) }
            for text in texts {
                let read = try await scene.bobDevice.readText(text)
                #expect(["alice: one", "alice: two", "alice: three"].contains(read))
            }
            let positions = try await ratchetPositions(of: texts, as: scene.bob)
            #expect(Set(positions).count == texts.count)
            return isDone
        }
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func addingAnAccount(_ moment: FaultPlan.Moment) async throws {
        try await cutEverywhere(moment) { faults in
            let world = AuthDeliveryWorld()
            let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
            _ = try await alice.readyDevice()
            let isDone = try await completes {
                try await bob.device(faults).addAccount(bob.account, settings: ["folder": "/chats"])
            }
            let later = bob.device()
            try await later.addAccount(bob.account, settings: ["folder": "/chats"])
            #expect(try await later.accounts().map(\.account) == [bob.account])
            // Every KeyPackage that the server can hand out has its private part in the key store.
            for chat in 0..<6 {
                try await alice.device().createGroup(chat: "\(chat)", account: alice.account, members: [bob.account])
            }
            let report = try await later.sync()
            #expect(report.joined.count == 6)
            #expect(report.parked.isEmpty)
            return isDone
        }
    }

    /// The creator's commit is accepted, its answer is lost, and the creator is removed before it can ask again.
    @Test func aRemovedCreatorKeepsTheEpochItHadBegun() async throws {
        var cuts = 0
        try await cutEverywhere(.afterCall) { faults in
            let (alice, bob, _) = try await users()
            let isDone = try await completes {
                try await alice.device(faults)
                    .createGroup(chat: "lunch", account: alice.account, members: [bob.account])
            }
            let bobDevice = bob.device()
            // Where the commit was not accepted yet, there is nobody who could remove the creator.
            guard let group = try await bobDevice.sync().joined.first else { return isDone }
            cuts += 1
            let sealed = try await bobDevice.encrypt("bye", for: group)
            try await bobDevice.removeMembers([alice.account], from: group)
            let later = alice.device()
            try await later.sync()
            #expect(try await later.groups().map(\.state) == [.removed])
            #expect(try await later.readText(sealed) == "bob: bye")
            return isDone
        }
        #expect(cuts > 1)
    }
}
