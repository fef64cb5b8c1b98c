import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLS
import Testing

/// A key store that came back without what a group needs to go on, and the members who add its user again.
@Suite struct RejoinTests {
    /// Alice has committed, and her key store came back from before that.
    private func stuck(_ alice: TestUser, in group: GroupID) async throws {
        let backup = await alice.store.values
        try await alice.device().refresh(group)
        await alice.store.restore(backup)
    }

    private func epoch(_ group: GroupID, _ world: AuthDeliveryWorld) async -> UInt64? {
        await world.groups[group.bytes]?.epoch
    }

    @Test func whoLostAnOwnCommitIsAddedAgainByTheNextWhoSynchronises() async throws {
        let pair = try TestPair()
        let (_, bob, group) = try await pair.inAGroup()
        let before = try await bob.encrypt("before", for: group)
        try await stuck(pair.alice, in: group)
        let told = try await pair.alice.device().sync()
        #expect(told.problems.isEmpty)
        #expect(told.waiting == [group])
        #expect(try await pair.alice.device().sync().waiting.isEmpty)

        #expect(try await bob.sync().problems.isEmpty)
        #expect(await epoch(group, pair.world) == 3)
        #expect(try await pair.alice.device().sync().joined == [group])
        let device = pair.alice.device()
        let (hers, his) = (try await device.encrypt("back", for: group), try await bob.encrypt("good", for: group))
        for reader in [device, bob] {
            #expect(try await reader.readText(before) == "bob: before")
            #expect(try await reader.readText(hers) == "alice: back")
            #expect(try await reader.readText(his) == "bob: good")
        }
        // Once is enough.
        let reached = await epoch(group, pair.world)
        for _ in 0..<2 { for user in [pair.alice, pair.bob] { try await user.device().sync() } }
        #expect(await epoch(group, pair.world) == reached)
        #expect(try await device.groups().map(\.state) == [.active])
    }

    /// The backup is older than the part of the log that the server has kept.
    @Test(arguments: [0, 1])
    func whoseBackupIsOlderThanTheLogIsAddedAgain(kept: Int) async throws {
        let pair = try TestPair()
        let (_, bob, group) = try await pair.inAGroup()
        let backup = await pair.alice.store.values
        for _ in 0..<3 { try await bob.refresh(group) }
        try await pair.alice.device().sync()
        await pair.world.keepLog(of: group, last: kept)
        await pair.alice.store.restore(backup)
        let told = try await pair.alice.device().sync()
        #expect(told.problems.isEmpty)
        #expect(told.waiting == [group])
        await #expect(throws: ClientError(.groupReadOnly, "")) {
            try await pair.alice.device().encrypt("too early", for: group)
        }
        try await bob.sync()
        #expect(try await pair.alice.device().sync().joined == [group])
        let sealed = try await pair.alice.device().encrypt("back", for: group)
        try await bob.sync()
        #expect(try await bob.readText(sealed) == "alice: back")
    }

    /// The server alone says who asks: it must not get a key of its own into a group by that.
    @Test func whoHasAnotherKeyThanBeforeIsNotAddedByItself() async throws {
        let pair = try TestPair()
        let (_, bob, group) = try await pair.inAGroup()
        let backup = await pair.alice.store.values
        try await pair.alice.device().refresh(group)
        var without = backup
        without[StorePath.account(pair.alice.account)] = nil
        without[StorePath.keyPackages(pair.alice.account)] = nil
        await pair.alice.store.restore(without)
        try await pair.alice.device().addAccount(pair.alice.account)
        #expect(try await pair.alice.device().sync().waiting == [group])
        let seen = await epoch(group, pair.world)
        #expect(try await bob.sync().problems.map(\.error.code) == [.identityKeyChanged])
        #expect(await epoch(group, pair.world) == seen)
        // A person may.
        try await bob.removeMembers([pair.alice.account], from: group)
        try await bob.addMembers([pair.alice.account], to: group)
        #expect(await pair.world.groups[group.bytes]?.members == [pair.alice.account, pair.bob.account])
    }

    /// What came back holds a commit that was given up, and the log one that is lost.
    @Test func anIntentThatCameBackDoesNotKeepFromWaiting() async throws {
        let pair = try TestPair()
        let (alice, bob, group) = try await pair.inAGroup()
        await pair.world.setCommitRefusal(.unavailable)
        await #expect(throws: ClientError.self) { try await alice.refresh(group) }
        let backup = await pair.alice.store.values
        await pair.world.setCommitRefusal(.invalidHandshake)
        await #expect(throws: ClientError.self) { try await alice.refresh(group) }
        await pair.world.setCommitRefusal(nil)
        try await alice.refresh(group)
        await pair.alice.store.restore(backup)
        for _ in 0..<2 {
            await #expect(throws: ClientError(.groupReadOnly, "")) {
                try await pair.alice.device().encrypt("too early", for: group)
            }
        }
        for user in [pair.alice, pair.bob, pair.alice] { try await user.device().sync() }
        let sealed = try await pair.alice.device().encrypt("back", for: group)
        try await bob.sync()
        #expect(try await bob.readText(sealed) == "alice: back")
    }

    @Test func whoIsRemovedMeanwhileWaitsNoLonger() async throws {
        let pair = try TestPair()
        let (_, bob, group) = try await pair.inAGroup()
        try await stuck(pair.alice, in: group)
        try await pair.alice.device().sync()
        try await bob.removeMembers([pair.alice.account], from: group)
        try await pair.alice.device().sync()
        #expect(try await pair.alice.device().groups().map(\.state) == [.removed])
        try await bob.addMembers([pair.alice.account], to: group)
        #expect(try await pair.alice.device().sync().joined == [group])
    }

    /// An account that was added after the backup: nobody is invited with what is lost of it.
    @Test func keyPackagesOfALostAccountAreWithdrawn() async throws {
        let pair = try TestPair()
        try await pair.alice.anchorStore()
        let backup = await pair.alice.store.values
        try await pair.alice.device().addAccount(pair.alice.account)
        await pair.alice.store.restore(backup, sameIncarnation: true)
        try await pair.alice.device().sync()
        #expect(await pair.world.keyPackages.allSatisfy { $0.value.status == .withdrawn })
    }

    /// Adding an account writes its pool, and would raise its revision beyond what was anchored.
    @Test func anAddedAccountHidesNothing() async throws {
        let pair = try TestPair()
        try await pair.alice.anchorStore()
        let backup = await pair.alice.store.values
        try await pair.alice.device().addAccount(pair.alice.account)
        let lost = await pair.world.keyPackages.map(\.ref)
        await pair.alice.store.restore(backup, sameIncarnation: true)
        try await pair.alice.device().addAccount(pair.alice.account)
        let usable = await pair.world.keyPackages.filter { $0.value.status != .withdrawn }.map(\.ref)
        #expect(!usable.isEmpty)
        #expect(Set(usable).isDisjoint(with: lost))
    }

    @Test func twoWhoSeeTheSameRequestFollowItOnce() async throws {
        let pair = try TestPair()
        let (alice, _, group) = try await pair.inAGroup()
        let carol = try TestUser("carol", pair.world)
        let third = try await carol.readyDevice()
        try await alice.addMembers([carol.account], to: group)
        for device in [third, pair.bob.device()] { try await device.sync() }
        try await stuck(pair.alice, in: group)
        try await pair.alice.device().sync()
        let seen = try #require(await epoch(group, pair.world))
        try await third.sync()
        #expect(await epoch(group, pair.world) == seen + 1)
        // Bob has asked in the epoch before, and comes too late.
        let late = GroupActor(id: group, services: pair.bob.services())
        #expect(try await !late.readmit(pair.alice.account, in: seen))
        try await pair.bob.device().sync()
        #expect(await epoch(group, pair.world) == seen + 1)
    }

    /// Alice has no KeyPackage that could be used: Carol, who asks as well, is added again all the same.
    @Test func whoCannotBeAddedKeepsNobodyOut() async throws {
        let pair = try TestPair()
        let (alice, bob, group) = try await pair.inAGroup()
        let carol = try TestUser("carol", pair.world)
        let third = try await carol.readyDevice()
        try await alice.addMembers([carol.account], to: group)
        for device in [third, bob] { try await device.sync() }
        for user in [pair.alice, carol] {
            try await stuck(user, in: group)
            #expect(try await user.device().sync().waiting == [group])
        }
        try await pair.world.retain(KeyPackageRetention(account: pair.alice.account, refs: []), user: "alice")
        #expect(try await bob.sync().problems.count == 1)
        #expect(try await carol.device().sync().joined == [group])
        #expect(try await pair.alice.device().sync().joined.isEmpty)
    }

    /// Somebody whose KeyPackages are refused each time must not use up the epoch for the others.
    @Test func nobodyIsAddedAgainByItselfInAnEpochWithManyTries() async throws {
        let pair = try TestPair()
        let (_, bob, group) = try await pair.inAGroup()
        try await stuck(pair.alice, in: group)
        try await pair.alice.device().sync()
        try await bob.sync()
        #expect(try await pair.alice.device().sync().joined == [group])
        let reached = try #require(await epoch(group, pair.world))
        try await stuck(pair.alice, in: group)
        try await pair.alice.device().sync()
        await pair.world.setCommitRefusal(.invalidKeyPackage)
        for _ in 0..<12 { try await bob.sync() }
        let counts = try await pair.bob.services().objects.value(StorePath.generations(reached + 1, of: group))
            .decoded(GenerationCounts.self)
        #expect((counts?.handshake ?? 0) <= 8)
        await pair.world.setCommitRefusal(nil)
        // What a person asks for is still done, and opens another epoch.
        try await bob.refresh(group)
        #expect(await epoch(group, pair.world) == reached + 2)
    }

    @Test func aGroupThatTheBackupDoesNotKnowIsJoinedAgain() async throws {
        let pair = try TestPair()
        _ = try await pair.bob.readyDevice()
        _ = try await pair.alice.readyDevice()
        let backup = await pair.alice.store.values
        let joined = try await pair.bob.device().createGroup(
            chat: "lunch", account: pair.bob.account, members: [pair.alice.account])
        try await pair.alice.device().sync()
        let made = try await pair.alice.device().createGroup(
            chat: "trip", account: pair.alice.account, members: [pair.bob.account])
        try await pair.bob.device().sync()
        await pair.alice.store.restore(backup)

        let told = try await pair.alice.device().sync()
        #expect(Set(told.waiting) == [joined, made])
        #expect(try await pair.bob.device().sync().problems.isEmpty)
        #expect(Set(try await pair.alice.device().sync().joined) == [joined, made])
        for group in [joined, made] {
            let sealed = try await pair.alice.device().encrypt("back", for: group)
            try await pair.bob.device().sync()
            #expect(try await pair.bob.device().readText(sealed) == "alice: back")
        }
    }

    /// A Welcome for a KeyPackage whose private part is gone cannot be opened; the next one can.
    @Test func aWelcomeThatCannotBeOpenedIsFollowedByOneThatCan() async throws {
        let pair = try TestPair()
        _ = try await pair.bob.readyDevice()
        try await pair.alice.device().addAccount(pair.alice.account)
        var without = await pair.alice.store.values
        without[StorePath.keyPackages(pair.alice.account)] = nil
        await pair.alice.store.restore(without)
        let group = try await pair.bob.device().createGroup(
            chat: "lunch", account: pair.bob.account, members: [pair.alice.account])
        let told = try await pair.alice.device().sync()
        #expect(told.parked.count == 1)
        #expect(told.waiting == [group])
        try await pair.bob.device().sync()
        #expect(try await pair.alice.device().sync().joined == [group])
    }

    /// Wherever a command ends: those after it finish it.
    @Test(arguments: FaultPlan.Moment.allCases)
    func beingAddedAgainCanBeCutShortAnywhere(moment: FaultPlan.Moment) async throws {
        for count in 0..<120 {
            let pair = try TestPair()
            let (_, _, group) = try await pair.inAGroup()
            try await stuck(pair.alice, in: group)
            var isDone = true
            for user in [pair.alice, pair.bob, pair.alice] {
                let faults = FaultPlan()
                await faults.breakAfter(count, moment)
                do { try await user.device(faults).sync() } catch { isDone = false }
            }
            for user in [pair.alice, pair.bob, pair.alice] { try await user.device().sync() }
            let sealed = try await pair.alice.device().encrypt("back", for: group)
            try await pair.bob.device().sync()
            #expect(try await pair.bob.device().readText(sealed) == "alice: back", "after \(count) calls")
            if isDone { return }
        }
        Issue.record("it never came to an end")
    }

    /// A commit that is garbage for one of them: whoever could apply it helps.
    @Test func whoCouldNotApplyACommitIsAddedAgain() async throws {
        let pair = try TestPair()
        let (alice, bob, group) = try await pair.inAGroup()
        await pair.world.deliverGarbageCommit(to: "bob", group: group.bytes, epoch: 1)
        let told = try await bob.sync()
        #expect(told.waiting == [group])
        try await alice.sync()
        try await bob.sync()
        let sealed = try await bob.encrypt("back", for: group)
        #expect(try await alice.readText(sealed) == "bob: back")
    }

    @Test func keyPackagesOfALaterStateAreWithdrawn() async throws {
        let pair = try TestPair()
        let alice = pair.alice
        try await alice.anchorStore()
        try await alice.device().addAccount(alice.account)
        let backup = await alice.store.values
        // As another device's do that has published some more: the new ones are lost with the later state.
        try await alice.device(policy: MessagingPolicy(keyPackageCount: 9)).maintainKeyPackages()
        _ = try await pair.world.claim(
            KeyPackageClaim(accounts: [alice.account], cipherSuite: 1), user: "bob", key: [1])
        await alice.store.restore(backup, sameIncarnation: true)
        try await alice.device().sync()
        let pool = try #require(
            try await alice.store.value(StorePath.keyPackages(alice.account)).decoded(KeyPackagePool.self))
        let usable = await pair.world.keyPackages.filter { $0.value.status != .withdrawn }
        #expect(usable.count { $0.value.status == .available && !$0.value.isLastResort } == 4)
        #expect(usable.allSatisfy { pool.entry($0.ref) != nil })
        #expect(await pair.world.keyPackages.contains { $0.value.status == .withdrawn })
        // The next time there is nothing to do.
        let anchors = await pair.world.anchors
        try await alice.device().sync()
        #expect(await pair.world.anchors["alice"]?.mapValues(\.revision) == anchors["alice"]?.mapValues(\.revision))
    }

    @Test func anotherIncarnationIsEnoughToLook() async throws {
        let pair = try TestPair()
        try await pair.alice.anchorStore()
        try await pair.alice.device().addAccount(pair.alice.account)
        let values = await pair.alice.store.values
        #expect(try await AccountService(services: pair.alice.services()).checkPools() == false)
        await pair.alice.store.restore(values)
        #expect(try await AccountService(services: pair.alice.services()).checkPools())
        #expect(try await AccountService(services: pair.alice.services()).checkPools() == false)
    }
}

extension AuthDeliveryWorld {
    /// Forgets all but the last entries of a group's log, as retention does once everybody has acknowledged them.
    func keepLog(of group: GroupID, last count: Int) {
        let log = groups[group.bytes]?.log ?? []
        groups[group.bytes]?.log = Array(log.suffix(count))
    }
}
