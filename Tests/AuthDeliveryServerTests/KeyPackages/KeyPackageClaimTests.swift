import CloudMLSAPI
import MLS
import NIOHTTP1
import Testing

@Suite struct KeyPackageClaimTests {
    @Test func concurrentClaimsNeverShareAPackage() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice", keyPackages: 24)
            let claimants = [try await server.member("bob"), try await server.member("carol")]
            let claimed = try await withThrowingTaskGroup(of: [ClaimedKeyPackage].self) { tasks in
                for index in 0..<30 {
                    tasks.addTask { try await claimants[index % 2].claim([alice.address]).keyPackages }
                }
                return try await tasks.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 24)
            #expect(Set(claimed.map(\.keyPackage)).count == 24)
            #expect(claimed.allSatisfy { !$0.lastResort })
        }
    }

    @Test func allOrNothing() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            let keyPackages = try await alice.upload(1)
            let nobody = try #require(AccountAddress("folder:nobody"))
            let response = try await bob.claim([alice.address, bob.address, nobody])
            #expect(response.keyPackages.isEmpty)
            #expect(response.missing == [bob.address, nobody])
            #expect(try await alice.status(keyPackages) == [.available])
        }
    }

    @Test func idempotencyKeyGetsTheSameAnswer() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice", keyPackages: 2)
            let bob = try await server.member("bob")
            let key = [UInt8].random(16)
            let first = try await bob.claim([alice.address], key: key)
            let second = try await bob.claim([alice.address], key: key)
            #expect(first.keyPackages == second.keyPackages)
            #expect(first.keyPackages.count == 1)
            let other = try await refusal { try await bob.claim([bob.address], key: key) }
            #expect(other?.code == .idempotencyMismatch)
            // Another user's key is another key.
            let own = try await alice.claim([alice.address], key: key)
            #expect(own.keyPackages.count == 1)
            #expect(own.keyPackages != first.keyPackages)
        }
    }

    @Test(arguments: [Setting.answersPerUser(1), .answerBytes(1)])
    func keptAnswersHaveALimit(_ limit: Setting) async throws {
        try await TestServer.run(limit) { server in
            let alice = try await server.member("alice")
            let keyPackages = try await alice.upload(3)
            let bob = try await server.member("bob")
            let key = [UInt8].random(32)
            let first = try await bob.claim([alice.address], key: key)
            #expect(try await refusal { try await bob.claim([alice.address]) }?.code == .quotaExceeded)
            #expect(try await bob.claim([alice.address], key: key).keyPackages == first.keyPackages)
            #expect(try await alice.status(keyPackages).filter { $0 == .available }.count == 2)
            #expect(try await alice.claim([alice.address]).keyPackages.count == 1)
        }
    }

    @Test func concurrentRepeatsOfOneClaimTakeOnePackage() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let keyPackages = try await alice.upload(5)
            let bob = try await server.member("bob")
            let key = [UInt8].random(32)
            let claimed = try await withThrowingTaskGroup(of: [ClaimedKeyPackage].self) { tasks in
                for _ in 0..<8 {
                    tasks.addTask { try await bob.claim([alice.address], key: key).keyPackages }
                }
                return try await tasks.reduce(into: Set<ClaimedKeyPackage>()) { $0.formUnion($1) }
            }
            #expect(claimed.count == 1)
            #expect(try await alice.status(keyPackages).filter { $0 == .available }.count == 4)
        }
    }

    @Test(arguments: [[:], ["Idempotency-Key": "00"], ["Idempotency-Key": "no hexadecimal at all, no no"]])
    func claimNeedsAnIdempotencyKey(_ headers: [String: String]) async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice", keyPackages: 1)
            let refused = try await refusal {
                try await alice.user.send(
                    .POST, "/v1/key-packages/claim", KeyPackageClaim(accounts: [alice.address], cipherSuite: 1),
                    headers: headers
                ).check()
            }
            #expect(refused?.code == .badRequest)
        }
    }

    @Test func lastResortIsHandedOutAgainAndAgain() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice", keyPackages: 1)
            let lastResort = try alice.keyPackage(lastResort: true).keyPackage
            let uploaded = try await alice.upload([], lastResort: lastResort)
            #expect(uploaded.available == 1)
            let bob = try await server.member("bob")
            let claims = [
                try await bob.claim([alice.address]), try await bob.claim([alice.address]),
                try await bob.claim([alice.address]),
            ].flatMap(\.keyPackages)
            #expect(claims.map(\.lastResort) == [false, true, true])
            #expect(claims[1].keyPackage == claims[2].keyPackage)
            #expect(try await alice.status([lastResort]) == [.available])
            let replacement = try alice.keyPackage(lastResort: true).keyPackage
            _ = try await alice.upload([], lastResort: replacement)
            #expect(try await alice.status([lastResort, replacement]) == [.withdrawn, .available])
        }
    }

    @Test func expiredPackagesAreNotHandedOut() async throws {
        let clock = TestClock()
        try await TestServer.run(clock: clock) { server in
            var alice = try await server.member("alice")
            let short = try alice.keyPackage(lifetime: Lifetime(from: clock.now, duration: 3_600)).keyPackage
            let long = try alice.keyPackage(lifetime: Lifetime(from: clock.now, duration: 86_400)).keyPackage
            _ = try await alice.upload([short, long])
            clock.advance(by: 7_200)
            alice.user = try await alice.user.signedIn()
            let claimed = try await alice.claim([alice.address])
            #expect(try alice.announce(claimed.keyPackages).map(\.keyPackageRef) == [alice.ref(long)])
            #expect(try await alice.claim([alice.address]).missing == [alice.address])
            #expect(try await alice.status([short, long]) == [.unknown, .claimed])
        }
    }
}
