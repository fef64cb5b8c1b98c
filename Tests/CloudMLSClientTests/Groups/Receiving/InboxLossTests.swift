import CloudMLSAPI
import CloudMLSClient
import MLS
import MLSCodec
import Testing

/// What must neither get lost nor stop everything else when the inbox is emptied.
@Suite struct InboxLossTests {
    private func pair() async throws -> (TestUser, TestUser, Messenger, Messenger) {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        return (alice, bob, try await alice.readyDevice(), try await bob.readyDevice())
    }

    private static let errors = [
        ClientError(.notAuthentic, "altered"), ClientError(.rolledBack, "old"), ClientError(.tooLarge, "full"),
        AuthDeliveryWorld.refusal(.badRequest),
    ]

    @Test(arguments: errors)
    func aWelcomeThatCannotBeProcessedNowStaysInTheInbox(error: ClientError) async throws {
        let (alice, bob, first, _) = try await pair()
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        let faults = FaultPlan()
        let device = Messenger(services: bob.services(authDelivery: faults))
        // The store's anchor and the inbox answer; what the Welcome is checked against does not.
        await faults.breakAfter(2, .beforeCall, with: error, once: true)
        let report = try await device.sync()
        #expect(report.problems.map(\.error) == [error])
        #expect(report.problems.map(\.group) == [group])
        #expect(report.processed == 0)
        #expect(await bob.world.inboxes["bob"]?.count { $0.welcome != nil } == 1)
        // It is still to come, not lost.
        #expect(await bob.world.groups[group.bytes]?.rejoining.isEmpty == true)
        await faults.heal()
        #expect(try await device.sync().joined == [group])
        #expect(await bob.world.inboxes["bob"]?.isEmpty == true)
    }

    @Test func aGroupOfAStrangerWithAnEndlessNameIsParked() async throws {
        let (alice, bob, first, second) = try await pair()
        let name = String(repeating: "x", count: ChatExtension.chatSizes.upperBound + 1)
        let id = GroupID([UInt8](repeating: 4, count: 32))
        // A messenger refuses the name before it comes to this.
        let actor = GroupActor(id: id, services: alice.services())
        try await actor.create(chat: name, account: alice.account, members: [bob.account])
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        let report = try await second.sync()
        #expect(report.parked.map(\.group) == [id])
        #expect(report.joined == [group])
        #expect(try await second.groups().map(\.id) == [group])
    }

    @Test(arguments: [0, 151])
    func aChatNameOfAWrongSizeIsRefused(size: Int) async throws {
        let (alice, bob, first, _) = try await pair()
        await #expect(throws: ClientError(.invalidArgument, "")) {
            try await first.createGroup(
                chat: String(repeating: "x", count: size), account: alice.account, members: [bob.account])
        }
    }

    @Test(arguments: [
        ChatExtension(platform: "", chat: "lunch", created: 1),
        ChatExtension(platform: "Folder", chat: "x", created: 1),
        ChatExtension(platform: "folder", chat: "", created: 1),
        ChatExtension(platform: "folder", chat: String(repeating: "é", count: 76), created: 1),
        ChatExtension(
            platform: "folder", chat: "x", created: 1, predecessor: GroupID([UInt8](repeating: 1, count: 65))),
    ])
    func aChatExtensionOutOfRangeIsNotRead(chat: ChatExtension) {
        #expect(throws: CodecError.self) { try ChatExtension(decoding: chat.encoded) }
    }

    @Test func aNumberOutOfRangeIsRefusedAndNothingIsStored() async throws {
        let (alice, bob, first, second) = try await pair()
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        let entry = LogEntry(
            sequence: .max, kind: .proposal, epoch: 1, hash: [1], message: [1], confirmation: nil, identityHistory: 0,
            accepted: 1)
        await bob.world.deliver(InboxEntry(number: 0, groupID: Bytes(group.bytes), log: entry), to: "bob")
        await #expect(throws: ClientError(.malformedAnswer, "")) { try await second.sync() }
        await bob.world.forgetInbox(of: "bob")
        try await first.refresh(group)
        let sealed = try await second.encrypt("go on", for: group)
        #expect(try await first.readText(sealed) == "bob: go on")
    }

    @Test(arguments: [UInt64.max, 1 << 53])
    func everyNumberIsChecked(number: UInt64) {
        func log(sequence: UInt64 = 1, epoch: UInt64 = 1, history: UInt64 = 1) -> LogEntry {
            LogEntry(
                sequence: sequence, kind: .commit, epoch: epoch, hash: [], message: [], confirmation: nil,
                identityHistory: history, accepted: 1)
        }
        for entry in [log(sequence: number), log(epoch: number), log(history: number)] {
            #expect(throws: ClientError.self) { try LogPage(entries: [entry], more: false).checked() }
            let inbox = InboxEntry(number: 1, groupID: nil, log: entry)
            #expect(throws: ClientError.self) { try InboxPage(entries: [inbox], more: false).checked() }
        }
        let gap = InboxEntry(number: number, groupID: nil, gap: true)
        #expect(throws: ClientError.self) { try InboxPage(entries: [gap], more: false).checked() }
    }

    @Test func anEntryOfALaterEpochIsReportedAndBlocksNothing() async throws {
        let (alice, bob, first, second) = try await pair()
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        let log = await bob.world.groups[group.bytes]?.log ?? []
        let entry = LogEntry(
            sequence: UInt64(log.count) + 1, kind: .commit, epoch: 7, hash: [1], message: [1], confirmation: nil,
            identityHistory: 0, accepted: 1)
        await bob.world.deliver(InboxEntry(number: 0, groupID: Bytes(group.bytes), log: entry), to: "bob")
        let report = try await second.sync()
        #expect(report.problems.map(\.group) == [group])
        #expect(report.parked.isEmpty)
        #expect(try await second.groups().map(\.state) == [.active])
        try await first.refresh(group)
        let sealed = try await second.encrypt("go on", for: group)
        #expect(try await first.readText(sealed) == "bob: go on")
    }

    @Test func anotherRecordOfAnEpochIsNeverReplaced() async throws {
        let (alice, bob, first, second) = try await pair()
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        let path = StorePath.epoch(1, of: group)
        let other: [UInt8] = [1, 2, 3]
        _ = await bob.store.write([SealedWrite(path: path, ifRevision: 0, body: other)])
        #expect(try await second.sync().parked.map(\.group) == [group])
        #expect(await bob.store.values[path]?.body == other)
        #expect(try await second.groups().isEmpty)
    }

    @Test func aWelcomeForAnEarlierEpochDoesNotReplaceTheGroupOfARemovedAccount() async throws {
        let (alice, bob, first, second) = try await pair()
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        try await first.refresh(group)
        try await first.removeMembers([bob.account], from: group)
        try await second.sync()
        // An old Welcome under a new place in the log.
        await bob.world.deliver(
            InboxEntry(
                number: 0, groupID: Bytes(group.bytes),
                welcome: WelcomeDelivery(
                    account: bob.account, keyPackageRef: [1], sequence: 90, epoch: 1, identityHistory: 0, message: [1])),
            to: "bob")
        let report = try await second.sync()
        #expect(report.joined.isEmpty)
        #expect(report.parked.isEmpty)
        #expect(try await second.groups().map(\.state) == [.removed])
    }

    @Test func whoComesBackIntoATreeWithAnotherKeyThanWasSeenIsTold() async throws {
        let (alice, bob, first, second) = try await pair()
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        try await first.removeMembers([bob.account], from: group)
        try await second.sync()
        let pins = try #require(await bob.store.values[StorePath.pins])
        var changed = try IdentityPins(decoding: try #require(pins.body))
        for index in changed.pins.indices where changed.pins[index].account == alice.account {
            changed.pins[index].key = [UInt8](repeating: 9, count: changed.pins[index].key.count)
        }
        _ = await bob.store.write([
            SealedWrite(path: StorePath.pins, ifRevision: pins.revision, body: changed.encoded)
        ])
        try await first.addMembers([bob.account], to: group)
        let report = try await second.sync()
        #expect(report.joined.isEmpty)
        #expect(report.parked.first?.reason.contains("\(alice.account)") == true)
        #expect(try await second.groups().map(\.state) == [.removed])
    }
}

extension AuthDeliveryWorld {
    func forgetInbox(of user: String) { inboxes[user] = [] }
}
