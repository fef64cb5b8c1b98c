import CloudMLSAPI
import MLS
import Testing

@Suite struct RetentionTests {
    private static let day: UInt64 = 86_400

    @Test func logEntriesStayUntilAMonthAfterTheLastAcknowledgement() async throws {
        let clock = TestClock()
        try await TestServer.run(clock: clock) { server in
            var alice = try await server.member("alice")
            var bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            let commit = alice.commit(group, epoch: 1)
            let posted = try await alice.post(commit, to: group)
            try await alice.acknowledge(2)

            clock.advance(by: 40 * Self.day)
            try await server.purge()
            alice.user = try await alice.user.signedIn()
            bob.user = try await bob.user.signedIn()
            // Bob has not seen entry 2; entry 1, which he never gets, is settled.
            #expect(try await alice.log(group).entries.map(\.sequence) == [2])
            #expect(try await bob.inbox().entries.count == 2)
            try await bob.acknowledge(2)

            clock.advance(by: 29 * Self.day)
            try await server.purge()
            bob.user = try await bob.user.signedIn()
            #expect(try await bob.log(group).entries.map(\.sequence) == [2])

            clock.advance(by: 2 * Self.day)
            try await server.purge()
            bob.user = try await bob.user.signedIn()
            alice.user = try await alice.user.signedIn()
            #expect(try await bob.log(group).entries.isEmpty)
            // The hash is kept as long as the group.
            #expect(try await alice.post(commit, to: group) == posted)
            #expect(try await alice.void(commit, in: group).accepted == posted)
        }
    }

    @Test func expiredKeyPackagesAreForgotten() async throws {
        let clock = TestClock()
        try await TestServer.run(clock: clock) { server in
            var alice = try await server.member("alice")
            let keyPackages = try await alice.upload(2)
            let claimed = try await alice.claim([alice.address])
            #expect(claimed.keyPackages.count == 1)
            clock.advance(by: 31 * Self.day)
            try await server.purge()
            alice.user = try await alice.user.signedIn()
            #expect(Set(try await alice.status(keyPackages)) == [.unknown, .claimed])
            clock.advance(by: 31 * Self.day)
            try await server.purge()
            alice.user = try await alice.user.signedIn()
            #expect(try await alice.status(keyPackages) == [.unknown, .unknown])
        }
    }
}
