import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec
import Testing

/// An auth-delivery server that lies about identities and about what it delivers. What cannot be applied at all is in
/// `HostileDeliveryTests`, what gets lost in `InboxLossTests`, and what signing in notices in `SignInTests`.
@Suite struct HostileAuthDeliveryTests {
    private let users: TestPair
    private var alice: TestUser { users.alice }
    private var bob: TestUser { users.bob }

    init() throws { users = try TestPair() }

    // Identities

    /// Somebody with a user's name and keys of its own, at another server.
    private func impostor(_ name: String) async throws -> (TestUser, Messenger) {
        let impostor = try TestUser(name, AuthDeliveryWorld())
        return (impostor, try await impostor.readyDevice())
    }

    @Test func anImpostorsKeyPackageIsNotAdded() async throws {
        let first = try await alice.readyDevice()
        _ = try await bob.readyDevice()
        let (impostor, _) = try await impostor("bob")
        await users.world.take(keyPackagesOf: bob.account, from: impostor.world)
        await #expect(throws: ClientError(.identityKeyChanged, "")) {
            try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        }
        #expect(try await first.groups().isEmpty)
        #expect(await users.world.groups.isEmpty)
    }

    /// The server lies about the identity keys too: only what was seen before speaks against them.
    @Test func anotherKeyThanThePinnedOneIsTold() async throws {
        let (first, _, _) = try await users.inAGroup()
        let (impostor, _) = try await impostor("bob")
        await users.world.take(keyPackagesOf: bob.account, from: impostor.world)
        await users.world.take(keysOf: bob.account, from: impostor.world)
        try await first.createGroup(chat: "dinner", account: alice.account, members: [bob.account])
        #expect(try await first.identityChanges().map(\.account) == [bob.account])
        #expect(try await first.sync().identityChanges.map(\.account) == [bob.account])
    }

    @Test func aWelcomeToAGroupWithAnImpostorIsParked() async throws {
        _ = try await alice.readyDevice()
        let second = try await bob.readyDevice()
        let (impostor, device) = try await impostor("alice")
        await impostor.world.take(keyPackagesOf: bob.account, from: users.world)
        await impostor.world.take(keysOf: bob.account, from: users.world)
        let group = try await device.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        await users.world.deliver(try #require(await impostor.world.inboxes["bob"]?.last), to: "bob")
        let report = try await second.sync()
        #expect(report.joined.isEmpty)
        #expect(report.parked.map(\.group) == [group])
        #expect(report.parked.map(\.reason) == ["\(alice.account) shows a key that is not its identity key"])
        #expect(try await second.groups().isEmpty)
    }

    // What it delivers

    @Test func entriesInAnotherOrderAreAppliedInTheOrderOfTheLog() async throws {
        let (first, second, group) = try await users.inAGroup()
        for _ in 0..<3 { try await first.refresh(group) }
        await users.world.changeInbox(of: "bob") { $0.reverse() }
        let report = try await second.sync()
        #expect(report.processed == 3)
        #expect(report.parked.isEmpty && report.problems.isEmpty)
        let sealed = try await first.encrypt("in order", for: group)
        #expect(try await second.readText(sealed) == "alice: in order")
    }

    @Test func entriesThatComeAgainChangeNothing() async throws {
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await first.refresh(group)
        let entries = await users.world.inboxes["bob"] ?? []
        #expect(entries.count == 2)
        #expect(try await second.sync().joined == [group])
        let before = await bob.store.values.mapValues(\.revision)
        for entry in entries + entries { await users.world.deliver(entry, to: "bob") }
        let report = try await second.sync()
        #expect(report.processed == 4)
        #expect(report.joined.isEmpty && report.parked.isEmpty && report.problems.isEmpty)
        #expect(await bob.store.values.mapValues(\.revision) == before)
    }

    @Test func aLogInAnotherOrderIsNotFollowed() async throws {
        let (first, second, group) = try await users.inAGroup()
        for _ in 0..<2 { try await first.refresh(group) }
        await users.world.changeLog(of: group) { $0.swapAt(1, 2) }
        await #expect(throws: ClientError(.groupReadOnly, "")) { try await second.encrypt("lost", for: group) }
        await users.world.changeLog(of: group) { $0.swapAt(1, 2) }
        let sealed = try await second.encrypt("found", for: group)
        #expect(try await first.readText(sealed) == "bob: found")
    }

    /// A commit that is said to be of an epoch long ago is passed over; the next one shows that something is missing.
    @Test func aCommitThatIsCalledAnOldOneIsMissed() async throws {
        let (first, second, group) = try await users.inAGroup()
        for _ in 0..<2 { try await first.refresh(group) }
        await users.world.changeLog(of: group) { $0[1].epoch = 0 }
        await #expect(throws: ClientError(.groupReadOnly, "")) { try await second.encrypt("lost", for: group) }
        let sealed = try await first.encrypt("of the third epoch", for: group)
        #expect(try await second.decrypt(sealed) == .undecryptable(.notAMember(group, epoch: 3)))
    }

    @Test func aCommitUnderAnotherHashIsParked() async throws {
        let (first, second, group) = try await users.inAGroup()
        try await first.refresh(group)
        await users.world.changeInbox(of: "bob") { $0[0].log?.hash = [1] }
        let report = try await second.sync()
        #expect(report.parked.map(\.reason) == ["the log names another hash than the message has"])
        await #expect(throws: ClientError(.groupReadOnly, "")) { try await second.encrypt("no", for: group) }
    }

    @Test func aWelcomeOfAnotherEpochThanItSaysIsParked() async throws {
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        await users.world.changeInbox(of: "bob") { $0[0].welcome?.epoch += 1 }
        let report = try await second.sync()
        #expect(report.joined.isEmpty)
        #expect(report.parked.count == 1)
        #expect(report.parked.first?.reason.contains("another group or epoch than the server says") == true)
    }

    // What it keeps for its users

    @Test func somebodyElsesAnchorIsRefused() async throws {
        let (first, _, group) = try await users.inAGroup()
        await users.world.showAnchors(of: "bob", to: "alice")
        await #expect(throws: ClientError(.notAuthentic, "")) { try await first.encrypt("no", for: group) }
    }

    @Test func theAnchorOfAnotherGroupIsRefused() async throws {
        let (first, _, group) = try await users.inAGroup()
        try await first.createGroup(chat: "dinner", account: alice.account, members: [bob.account])
        await users.world.exchangeAnchors(of: "alice")
        await #expect(throws: ClientError(.notAuthentic, "")) { try await first.encrypt("no", for: group) }
    }

    @Test func somebodyElsesProfileIsRefused() async throws {
        let (world, other) = (try SimulatedWorld(), try SimulatedWorld())
        try await world.signUp()
        try await other.signUp()
        let profile = try #require(await other.authDelivery.users["alice"]?.profile)
        await world.authDelivery.change("alice") { $0.profile = profile }
        await #expect(throws: ClientError(.notAuthentic, "")) { try await world.signIn() }
    }
}

extension AuthDeliveryWorld {
    /// Hands out another server's KeyPackages for an account in the place of its own.
    func take(keyPackagesOf account: AccountAddress, from other: AuthDeliveryWorld) async {
        let taken = await other.keyPackages.filter { $0.value.account == account }
        keyPackages.removeAll { $0.value.account == account }
        keyPackages += taken
    }

    /// Shows another server's identity keys for an account in the place of its own.
    func take(keysOf account: AccountAddress, from other: AuthDeliveryWorld) async {
        let (owner, records) = (await other.owners[account], await other.histories[account])
        owners[account] = owner
        histories[account] = records
    }

    /// Changes what waits for a user, and numbers it anew.
    func changeInbox(of user: String, _ change: @Sendable (inout [InboxEntry]) -> Void) {
        var entries = inboxes[user] ?? []
        change(&entries)
        inboxes[user] = []
        for entry in entries { deliver(entry, to: user) }
    }

    func changeLog(of group: GroupID, _ change: @Sendable (inout [LogEntry]) -> Void) {
        if var log = groups[group.bytes]?.log {
            change(&log)
            groups[group.bytes]?.log = log
        }
    }

    func showAnchors(of other: String, to user: String) {
        guard let body = anchors[other]?.values.first?.body else { return }
        for name in (anchors[user] ?? [:]).keys { anchors[user]?[name]?.body = body }
    }

    /// Shows each of a user's anchors under the name of another one.
    func exchangeAnchors(of user: String) {
        let names = Array((anchors[user] ?? [:]).keys)
        let stored = names.map { anchors[user]?[$0] }
        for (index, name) in names.enumerated() {
            guard var anchor = stored[(index + 1) % names.count] else { continue }
            anchor.name = Bytes(name)
            anchors[user]?[name] = anchor
        }
    }
}
