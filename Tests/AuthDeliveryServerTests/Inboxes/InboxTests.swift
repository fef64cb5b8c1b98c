import CloudMLSAPI
import MLS
import MLSCodec
import Testing

@Suite struct InboxTests {
    @Test func numbersRiseForEver() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            for epoch in 0..<3 as Range<UInt64> {
                _ = try await alice.post(alice.commit(group, epoch: epoch), to: group)
            }
            #expect(try await alice.inbox().entries.map(\.number) == [1, 2, 3])
            #expect(try await alice.inbox(limit: 2).more)
            try await alice.acknowledge(2)
            #expect(try await alice.inbox().entries.map(\.number) == [3])
            try await alice.acknowledge(3)
            #expect(try await alice.inbox().entries.isEmpty)
            _ = try await alice.post(alice.commit(group, epoch: 3), to: group)
            #expect(try await alice.inbox().entries.map(\.number) == [4])
            // What is acknowledged before it is there is not lost.
            try await alice.acknowledge(1_000)
            _ = try await alice.post(alice.commit(group, epoch: 4), to: group)
            #expect(try await alice.inbox().entries.map(\.number) == [5])
            #expect(try await alice.log(group).entries.count == 5)
        }
    }

    @Test func entrySaysWhatTheLogSays() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            let claimed = try await alice.claim([bob.address])
            let added = try alice.announce(claimed.keyPackages)
            let commit = alice.commit(group, epoch: 0, adding: added)
            let result = try await alice.post(commit, to: group)
            let entry = try #require(try await alice.inbox().entries.first)
            #expect(entry.groupID?.array == group.groupID)
            #expect(entry.log == (try await alice.log(group).entries.first))
            #expect(entry.log?.hash.array == (try hash(commit.commit.array)))
            #expect(entry.log?.message == commit.commit)
            #expect(entry.log?.confirmation == commit.confirmation)
            let welcome = try #require(try await bob.inbox().entries.first?.welcome)
            #expect(welcome.account == bob.address)
            #expect(welcome.keyPackageRef.array == added[0].keyPackageRef)
            #expect(welcome.message == commit.welcome)
            #expect(welcome.sequence == result.sequence)
            #expect(welcome.epoch == 1)
            #expect(welcome.identityHistory == result.identityHistory)
        }
    }

    @Test func userWithTwoAccountsGetsOneEntry() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let second = try await TestMember.register("folder:bob-at-work", of: bob.user)
            _ = try await second.upload(1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob, second], to: group, epoch: 0)
            #expect(try await bob.inbox().entries.compactMap(\.welcome?.account).count == 2)
            _ = try await alice.post(alice.commit(group, epoch: 1), to: group)
            #expect(try await bob.inbox().entries.compactMap(\.log?.sequence) == [2])
            _ = try await alice.post(alice.commit(group, epoch: 2, removing: [bob.address]), to: group)
            _ = try await alice.post(alice.commit(group, epoch: 3), to: group)
            // The other account is still there.
            #expect(try await bob.inbox().entries.compactMap(\.log?.sequence) == [2, 3, 4])
            #expect(try await bob.log(group).entries.map(\.sequence) == [2, 3, 4])
        }
    }

    @Test func fullInboxBecomesOneGapAndRefusesNothing() async throws {
        try await TestServer.run(.inboxEntries(6)) { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 2)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            for epoch in 1...20 as ClosedRange<UInt64> {
                _ = try await alice.post(alice.commit(group, epoch: epoch), to: group)
            }
            let entries = try await bob.inbox().entries
            #expect(entries.count <= 6)
            #expect(entries.filter { $0.gap == true }.count == 1)
            // The Welcome is nowhere else, so it stays; behind it the gap stands for the log.
            #expect(entries.first?.welcome?.epoch == 1)
            #expect(entries.dropFirst().first?.gap == true)
            let numbers = entries.map(\.number)
            #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
            let last = try #require(numbers.last)
            #expect(try await bob.log(group).entries.map(\.sequence) == Array(2...21))
            try await bob.acknowledge(last)
            _ = try await alice.post(alice.commit(group, epoch: 21), to: group)
            #expect(try await bob.inbox().entries.map(\.number) == [last + 1])
        }
    }

    @Test func pagesAreBoundedInBytes() async throws {
        try await TestServer.run(.pageSize(1_000)) { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            for epoch in 0..<3 as Range<UInt64> {
                var post = alice.commit(group, epoch: epoch)
                let announcement = CommitAnnouncement(added: [], removed: []).encoded
                post.commit = Bytes(
                    group.message(epoch: epoch, .commit, authenticatedData: announcement, padding: 900))
                _ = try await alice.post(post, to: group)
            }
            for page in [try await alice.inbox(), try await alice.inbox(after: 1)] {
                #expect(page.entries.count == 1)
                #expect(page.more)
            }
            #expect(try await alice.inbox(after: 2).more == false)
            let log = try await alice.log(group)
            #expect(log.entries.count == 1)
            #expect(log.more)
        }
    }

    @Test func longPollWakesForANewEntry() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            let start = ContinuousClock.now
            async let waited = bob.inbox(wait: 60)
            while server.waiting == 0 { await Task.yield() }
            _ = try await alice.add([bob], to: group, epoch: 0)
            let page = try await waited
            #expect(page.entries.compactMap(\.welcome?.account) == [bob.address])
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(server.waiting == 0)
        }
    }

    @Test func longPollsOfAUserAreLimited() async throws {
        try await TestServer.run(.waitingPerUser(2)) { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let group = try await alice.createGroup()
            async let first = alice.inbox(wait: 60)
            async let second = alice.inbox(wait: 60)
            while server.waiting < 2 { await Task.yield() }
            let start = ContinuousClock.now
            #expect(try await alice.inbox(wait: 60).entries.isEmpty)
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(server.waiting == 2)
            // Another user has places of his own.
            async let others = bob.inbox(wait: 2)
            while server.waiting < 3 { await Task.yield() }
            _ = try await alice.post(alice.commit(group, epoch: 0), to: group)
            #expect(try await first.entries.count == 1)
            #expect(try await second.entries.count == 1)
            #expect(try await others.entries.isEmpty)
        }
    }

    @Test func longPollAnswersAtOnceWhereThereIsSomething() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let group = try await alice.createGroup()
            _ = try await alice.post(alice.commit(group, epoch: 0), to: group)
            let start = ContinuousClock.now
            #expect(try await alice.inbox(wait: 60).entries.count == 1)
            #expect(ContinuousClock.now - start < .seconds(30))
            let empty = try await alice.inbox(after: 1, wait: 1)
            #expect(empty.entries.isEmpty)
            #expect(!empty.more)
        }
    }

    @Test(arguments: ["after=x", "after=-1", "limit=0", "wait=61", "wait=1.5", "limit="])
    func nonsenseInTheQueryIsRefused(_ query: String) async throws {
        try await TestServer.run { server in
            let user = try await server.user("alice")
            let refused = try await refusal { let _: InboxPage = try await user.get("/v1/inbox?\(query)") }
            #expect(refused?.code == .badRequest)
        }
    }
}
