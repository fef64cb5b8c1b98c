import CloudMLSAPI
import NIOHTTP1
import Testing

@Suite struct CommitTests {
    @Test func exactlyOneOfRacingCommitsWins() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            for epoch in 1...5 as ClosedRange<UInt64> {
                let outcomes = try await withThrowingTaskGroup(of: Refusal?.self) { tasks in
                    for member in [alice, bob, alice, bob] {
                        let commit = member.commit(group, epoch: epoch)
                        tasks.addTask { try await refusal { try await member.post(commit, to: group) } }
                    }
                    return try await tasks.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.filter { $0 == nil }.count == 1)
                #expect(outcomes.compactMap { $0 }.allSatisfy { $0.code == .epochConflict && $0.status == 409 })
                #expect(outcomes.compactMap { $0 }.allSatisfy { $0.detail.currentEpoch == epoch + 1 })
            }
            let commits = try await bob.log(group).entries.filter { $0.kind == .commit }
            #expect(commits.map(\.epoch) == [1, 2, 3, 4, 5])
            #expect(try await alice.info(group).epoch == 6)
        }
    }

    @Test func postingTheAcceptedCommitAgainSucceeds() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            let claimed = try await alice.claim([bob.address])
            let commit = alice.commit(group, epoch: 0, adding: try alice.announce(claimed.keyPackages))
            let first = try await alice.post(commit, to: group)
            #expect(try await alice.post(commit, to: group) == first)
            let second = try await bob.post(bob.commit(group, epoch: 1, removing: [alice.address]), to: group)
            #expect(second.sequence == first.sequence + 1)
            // Even after the committer was removed, since it may not know yet.
            #expect(try await alice.post(commit, to: group) == first)
            #expect(first == PostResult(sequence: 1, epoch: 1, identityHistory: 2))
            // Somebody else's commit is not one's own.
            var stolen = commit
            stolen.account = bob.address
            #expect(try await refusal { try await bob.post(stolen, to: group) }?.code == .epochConflict)
            #expect(try await alice.inbox().entries.count == 2)
        }
    }

    @Test func voidedCommitIsNeverAccepted() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            let commit = alice.commit(group, epoch: 0)
            #expect(try await alice.void(commit, in: group).accepted == nil)
            #expect(try await alice.void(commit, in: group).accepted == nil)
            let refused = try await refusal { try await alice.post(commit, to: group) }
            #expect(refused?.code == .commitVoid)
            let other = try await alice.post(alice.commit(group, epoch: 0), to: group)
            #expect(other.epoch == 1)
            #expect(try await refusal { try await alice.post(commit, to: group) }?.code == .epochConflict)
        }
    }

    @Test func voidedCommitsAreLimitedByEpoch() async throws {
        try await TestServer.run(.voidsPerEpoch(2)) { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            let commits = (0..<3).map { _ in alice.commit(group, epoch: 0) }
            for commit in [commits[0], commits[1], commits[0]] {
                #expect(try await alice.void(commit, in: group).accepted == nil)
            }
            let refused = try await refusal { try await alice.void(commits[2], in: group) }
            #expect(refused?.code == .quotaExceeded)
            _ = try await alice.post(commits[2], to: group)
            #expect(try await alice.void(alice.commit(group, epoch: 1), in: group).accepted == nil)
        }
    }

    @Test func groupsAreLimitedByCreator() async throws {
        try await TestServer.run(.groupsPerCreator(1)) { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let group = try await alice.createGroup()
            #expect(try await refusal { try await alice.createGroup() }?.code == .quotaExceeded)
            let again: GroupInfoRecord = try await alice.user.post("/v1/groups", alice.registration(of: group))
            #expect(again.epoch == 0)
            _ = try await bob.createGroup()
        }
    }

    @Test func voidAfterAcceptanceSaysSo() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            let commit = alice.commit(group, epoch: 0)
            let result = try await alice.post(commit, to: group)
            #expect(try await alice.void(commit, in: group).accepted == result)
            #expect(try await alice.post(commit, to: group) == result)
        }
    }

    @Test func voidAndCommitRaceHasOneOutcome() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            for _ in 0..<10 {
                let group = try await alice.createGroup()
                let commit = alice.commit(group, epoch: 0)
                async let voided = alice.void(commit, in: group)
                async let posted = refusal { try await alice.post(commit, to: group) }
                let (accepted, refused) = (try await voided.accepted, try await posted)
                #expect((accepted != nil) == (refused == nil))
                #expect(refused == nil || refused?.code == .commitVoid)
                #expect(try await alice.info(group).epoch == (accepted == nil ? 0 : 1))
            }
        }
    }

    @Test func removedMemberGetsThatCommitAndNothingLater() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let carol = try await server.member("carol", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob, carol], to: group, epoch: 0)
            let removal = try await alice.post(
                alice.commit(group, epoch: 1, removing: [bob.address]), to: group)
            _ = try await alice.post(alice.commit(group, epoch: 2), to: group)
            _ = try await carol.post(carol.proposal(group, epoch: 3), to: group)

            let inbox = try await bob.inbox().entries
            #expect(inbox.map { $0.welcome?.sequence ?? $0.log?.sequence } == [1, removal.sequence])
            #expect(try await bob.log(group).entries.map(\.sequence) == [removal.sequence])
            #expect(try await carol.log(group).entries.map(\.sequence) == [2, 3, 4])
            #expect(try await alice.log(group).entries.map(\.sequence) == [1, 2, 3, 4])
            #expect(try await alice.log(group, after: 1, limit: 2).entries.map(\.sequence) == [2, 3])
            #expect(try await alice.log(group, after: 1, limit: 2).more)
            #expect(try await refusal { try await bob.info(group) }?.code == .notFound)
            let late = try await refusal { try await bob.post(bob.commit(group, epoch: 3), to: group) }
            #expect(late?.code == .notFound)
        }
    }

    @Test func removedMemberCanComeBackInTheSameCommit() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 2)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            let claimed = try await alice.claim([bob.address])
            let result = try await alice.post(
                alice.commit(
                    group, epoch: 1, adding: try alice.announce(claimed.keyPackages), removing: [bob.address]),
                to: group)
            let entries = try await bob.inbox().entries
            #expect(entries.map { $0.log?.sequence } == [nil, result.sequence, nil])
            #expect(entries.map { $0.welcome?.epoch } == [1, nil, 2])
            #expect(try await bob.info(group).members == [alice.address, bob.address])
            _ = try await bob.post(bob.commit(group, epoch: 2), to: group)
            #expect(try await bob.log(group).entries.map(\.sequence) == [2, 3])
        }
    }

    @Test func stampIsThatOfTheFirstCommitWithOthers() async throws {
        let clock = TestClock()
        try await TestServer.run(clock: clock) { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.post(alice.commit(group, epoch: 0), to: group)
            #expect(try await alice.info(group).stamp == nil)
            clock.advance(by: 10)
            let stamp = clock.now
            _ = try await alice.add([bob], to: group, epoch: 1)
            clock.advance(by: 10)
            _ = try await bob.post(bob.commit(group, epoch: 2), to: group)
            #expect(try await bob.info(group).stamp == stamp)
        }
    }

    @Test func groupHasALimit() async throws {
        try await TestServer.run(.groupMembers(2)) { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let carol = try await server.member("carol", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            let refused = try await refusal { try await alice.add([carol], to: group, epoch: 1) }
            #expect(refused?.code == .tooLarge)
            let info = try await alice.info(group)
            #expect(info.epoch == 1)
            #expect(info.members == [alice.address, bob.address])
        }
    }

    @Test func groupIDBelongsToItsCreator() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let group = try await alice.createGroup()
            _ = try await alice.post(alice.commit(group, epoch: 0), to: group)
            let again: GroupInfoRecord = try await alice.user.post("/v1/groups", alice.registration(of: group))
            #expect(again.epoch == 1)
            let refused = try await refusal {
                let _: GroupInfoRecord = try await bob.user.post("/v1/groups", bob.registration(of: group))
            }
            #expect(refused?.code == .groupExists)
        }
    }

    @Test func groupsAreListedForTheirMembers() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let groups = [try await alice.createGroup(), try await alice.createGroup()]
            _ = try await alice.add([bob], to: groups[0], epoch: 0)
            let alices: GroupList = try await alice.user.get("/v1/groups")
            #expect(Set(alices.groups.map(\.groupID.array)) == Set(groups.map(\.groupID)))
            let bobs: GroupList = try await bob.user.get("/v1/groups")
            #expect(bobs.groups == [GroupList.Item(groupID: Bytes(groups[0].groupID), epoch: 1, sequence: 1)])
            let none: GroupList = try await bob.user.get("/v1/groups?after=\(groups[0].groupID.hex)")
            #expect(none.groups.isEmpty)
        }
    }
}
