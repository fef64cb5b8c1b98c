import CloudMLSAPI
import MLS
import MLSCodec
import Testing

/// Commits that do not keep what they say: each is refused, and leaves the group as it was.
@Suite struct CommitValidationTests {
    /// Alice and Bob are members; Carol's and Dave's KeyPackages are claimed by Alice.
    struct Stage: Sendable {
        var alice: TestMember
        var bob: TestMember
        var carol: TestMember
        var group: TestGroup
        var carols: CommitAnnouncement.AddedMember
        var daves: CommitAnnouncement.AddedMember

        var good: CommitPost { alice.commit(group, epoch: 1, adding: [carols]) }

        /// A commit with this announcement and a Welcome to match it.
        func commit(_ added: [CommitAnnouncement.AddedMember], removed: [AccountAddress] = []) -> CommitPost {
            alice.commit(group, epoch: 1, adding: added, removing: removed)
        }

        /// The good commit with another message.
        func message(_ message: [UInt8]) -> CommitPost {
            var post = good
            post.commit = Bytes(message)
            return post
        }

        var announcement: [UInt8] { CommitAnnouncement(added: [carols], removed: []).encoded }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var code = ErrorCode.invalidHandshake
        var make: @Sendable (Stage) async throws -> CommitPost
        var testDescription: String { name }
    }

    @Test(arguments: faults)
    func isRefused(_ fault: Fault) async throws {
        try await TestServer.run(.messageSize(70_000)) { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 2)
            let carol = try await server.member("carol", keyPackages: 2)
            let dave = try await server.member("dave", keyPackages: 1)
            let group = try await alice.createGroup()
            _ = try await alice.add([bob], to: group, epoch: 0)
            let claimed = try alice.announce(
                try await alice.claim([carol.address, dave.address]).keyPackages)
            let stage = Stage(
                alice: alice, bob: bob, carol: carol, group: group, carols: claimed[0], daves: claimed[1])
            let post = try await fault.make(stage)
            let refused = try await refusal { try await alice.post(post, to: group) }
            #expect(refused?.code == fault.code)
            let info = try await alice.info(group)
            #expect(info.epoch == 1)
            #expect(info.members == [alice.address, bob.address])
            #expect(try await carol.inbox().entries.isEmpty)
            // What it would have used up is still there.
            #expect(try await alice.post(stage.good, to: group).epoch == 2)
        }
    }

    static let faults: [Fault] = [
        Fault(name: "no MLSMessage") { $0.message(.random(100)) },
        Fault(name: "an empty message") { $0.message([]) },
        Fault(name: "bytes behind the message") { $0.message($0.good.commit.array + [0]) },
        Fault(name: "a Welcome as the commit") { $0.message(TestGroup.welcome([$0.carols.keyPackageRef])) },
        Fault(name: "another group") {
            $0.message(
                TestGroup(groupID: .random(32)).message(epoch: 1, .commit, authenticatedData: $0.announcement))
        },
        Fault(name: "another epoch inside") {
            $0.message($0.group.message(epoch: 2, .commit, authenticatedData: $0.announcement))
        },
        Fault(name: "a proposal") {
            $0.message($0.group.message(epoch: 1, .proposal, authenticatedData: $0.announcement))
        },
        Fault(name: "an application message") {
            $0.message($0.group.message(epoch: 1, .application, authenticatedData: $0.announcement))
        },
        Fault(name: "no announcement") { $0.message($0.group.message(epoch: 1, .commit, authenticatedData: [])) },
        Fault(name: "bytes behind the announcement") {
            $0.message($0.group.message(epoch: 1, .commit, authenticatedData: $0.announcement + [0]))
        },
        Fault(name: "an announcement of another version") {
            $0.message(
                $0.group.message(epoch: 1, .commit, authenticatedData: [2] + $0.announcement.dropFirst()))
        },
        Fault(name: "an old epoch", code: .epochConflict) { $0.alice.commit($0.group, epoch: 0) },
        Fault(name: "a future epoch", code: .epochConflict) { $0.alice.commit($0.group, epoch: .max) },
        Fault(name: "a Welcome that is missing") {
            var post = $0.good
            post.welcome = nil
            return post
        },
        Fault(name: "a Welcome for nobody") {
            var post = $0.commit([])
            post.welcome = Bytes(TestGroup.welcome([]))
            return post
        },
        Fault(name: "a Welcome for somebody else too") {
            var post = $0.good
            post.welcome = Bytes(TestGroup.welcome([$0.carols.keyPackageRef, $0.daves.keyPackageRef]))
            return post
        },
        Fault(name: "a Welcome for one less") {
            var post = $0.commit([$0.carols, $0.daves])
            post.welcome = Bytes(TestGroup.welcome([$0.carols.keyPackageRef]))
            return post
        },
        Fault(name: "a Welcome twice for the same") {
            var post = $0.good
            post.welcome = Bytes(TestGroup.welcome([$0.carols.keyPackageRef, $0.carols.keyPackageRef]))
            return post
        },
        Fault(name: "a Welcome of another cipher suite") {
            var post = $0.good
            post.welcome = Bytes(TestGroup.welcome([$0.carols.keyPackageRef], cipherSuite: 3))
            return post
        },
        Fault(name: "a commit as the Welcome") {
            var post = $0.good
            post.welcome = post.commit
            return post
        },
        Fault(name: "a confirmation of the wrong length") {
            var post = $0.good
            post.confirmation = Bytes(.random(31))
            return post
        },
        Fault(name: "the same account added twice") {
            $0.commit([
                $0.carols, .init(account: $0.carols.account, keyPackageRef: $0.daves.keyPackageRef),
            ])
        },
        Fault(name: "the committer removed") { $0.commit([], removed: [$0.alice.address]) },
        Fault(name: "somebody removed who is no member") { $0.commit([], removed: [$0.carol.address]) },
        Fault(name: "somebody removed twice") { $0.commit([], removed: [$0.bob.address, $0.bob.address]) },
        Fault(name: "a member added again") { stage in
            let claimed = try await stage.alice.claim([stage.bob.address])
            return stage.commit(try stage.alice.announce(claimed.keyPackages))
        },
        Fault(name: "an unknown KeyPackage", code: .invalidKeyPackage) {
            $0.commit([.init(account: $0.carols.account, keyPackageRef: .random(32))])
        },
        Fault(name: "a KeyPackage of another account", code: .invalidKeyPackage) {
            $0.commit([.init(account: $0.carols.account, keyPackageRef: $0.daves.keyPackageRef)])
        },
        Fault(name: "a KeyPackage that somebody else claimed", code: .invalidKeyPackage) { stage in
            let claimed = try await stage.bob.claim([stage.carol.address])
            return stage.commit(try stage.alice.announce(claimed.keyPackages))
        },
        Fault(name: "a KeyPackage that nobody claimed", code: .invalidKeyPackage) { stage in
            let fresh = try await stage.carol.upload(1)[0]
            return stage.commit([
                .init(account: stage.carol.address, keyPackageRef: stage.carol.ref(fresh))
            ])
        },
        Fault(name: "a message over the limit", code: .tooLarge) {
            $0.message(
                $0.group.message(epoch: 1, .commit, authenticatedData: $0.announcement, padding: 80_000))
        },
        Fault(name: "an account that is not the user's", code: .notYourAccount) {
            var post = $0.good
            post.account = $0.bob.address
            return post
        },
    ]

    @Test func keyPackageEntersOneGroupOnly() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let groups = [try await alice.createGroup(), try await alice.createGroup()]
            let added = try alice.announce(try await alice.claim([bob.address]).keyPackages)
            _ = try await alice.post(alice.commit(groups[0], epoch: 0, adding: added), to: groups[0])
            let second = try await refusal {
                try await alice.post(alice.commit(groups[1], epoch: 0, adding: added), to: groups[1])
            }
            #expect(second?.code == .invalidKeyPackage)
        }
    }

    @Test func lastResortEntersManyGroups() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob")
            _ = try await bob.upload([], lastResort: try bob.keyPackage(lastResort: true).keyPackage)
            for _ in 0..<2 {
                let group = try await alice.createGroup()
                #expect(try await alice.add([bob], to: group, epoch: 0).epoch == 1)
            }
        }
    }

    @Test func changedIdentityKeyInvalidatesAClaim() async throws {
        try await TestServer.run { server in
            let alice = try await server.member("alice")
            let bob = try await server.member("bob", keyPackages: 1)
            let group = try await alice.createGroup()
            let added = try alice.announce(try await alice.claim([bob.address]).keyPackages)
            _ = try await bob.withNewKey().registerKey()
            let refused = try await refusal {
                try await alice.post(alice.commit(group, epoch: 0, adding: added), to: group)
            }
            #expect(refused?.code == .invalidKeyPackage)
        }
    }

    @Test func expiredClaimIsRefused() async throws {
        let clock = TestClock()
        try await TestServer.run(clock: clock) { server in
            var alice = try await server.member("alice")
            let bob = try await server.member("bob")
            _ = try await bob.upload([
                try bob.keyPackage(lifetime: Lifetime(from: clock.now, duration: 60)).keyPackage
            ])
            let group = try await alice.createGroup()
            let added = try alice.announce(try await alice.claim([bob.address]).keyPackages)
            clock.advance(by: 61)
            alice.user = try await alice.user.signedIn()
            let refused = try await refusal {
                try await alice.post(alice.commit(group, epoch: 0, adding: added), to: group)
            }
            #expect(refused?.code == .invalidKeyPackage)
        }
    }
}
