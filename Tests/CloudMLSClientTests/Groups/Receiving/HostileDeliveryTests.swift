import CloudMLSAPI
import CloudMLSClient
import MLS
import MLSCodec
import Testing

/// What a server or a member sends that cannot be applied.
@Suite struct HostileDeliveryTests {
    private func pair() async throws -> (TestUser, TestUser, Messenger, Messenger, GroupID) {
        let world = AuthDeliveryWorld()
        let (alice, bob) = (try TestUser("alice", world), try TestUser("bob", world))
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let group = try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        return (alice, bob, first, second, group)
    }

    @Test func aGarbageProposalIsParkedAndBlocksNothing() async throws {
        let (alice, _, first, second, group) = try await pair()
        await alice.world.forceEntry(.proposal, message: [1, 2, 3], epoch: 1, confirmation: nil, to: group.bytes)
        let report = try await second.sync()
        #expect(report.parked.map(\.group) == [group])
        #expect(try await second.sync().parked.isEmpty)
        #expect(try await second.parked().count == 1)
        let sealed = try await second.encrypt("go on", for: group)
        #expect(try await first.readText(sealed) == "bob: go on")
    }

    @Test func aGarbageCommitIsParkedReportedAndStopsSending() async throws {
        let (alice, _, _, second, group) = try await pair()
        let sealed = try await second.encrypt("before", for: group)
        await alice.world.forceEntry(.commit, message: [1, 2, 3], epoch: 1, confirmation: [9], to: group.bytes)
        #expect(try await second.sync().parked.count == 1)
        #expect(await alice.world.reports.contains { $0.outcome == .rejected && $0.epoch == 1 })
        await #expect(throws: ClientError(.groupReadOnly, "")) { try await second.encrypt("after", for: group) }
        #expect(try await second.readText(sealed) == "bob: before")
        #expect(try await second.groups().map(\.state) == [.readOnly])
    }

    @Test func whoIsStuckIsHelpedByBeingAddedAgain() async throws {
        let (alice, bob, first, second, group) = try await pair()
        try await second.sync()
        // Only Bob gets the garbage: the log goes on for the others.
        await alice.world.deliverGarbageCommit(to: "bob", group: group.bytes, epoch: 1)
        try await second.sync()
        #expect(try await second.groups().map(\.state) == [.readOnly])
        try await first.removeMembers([bob.account], from: group)
        try await first.addMembers([bob.account], to: group)
        try await second.sync()
        #expect(try await second.groups().map(\.state) == [.active])
        let sealed = try await second.encrypt("back", for: group)
        #expect(try await first.readText(sealed) == "bob: back")
    }

    @Test func aCommitThatAnnouncesSomethingElseIsRejected() async throws {
        let (alice, _, _, second, group) = try await pair()
        let message = try await commit(
            of: alice, in: group,
            announcing: CommitAnnouncement(
                added: [], removed: [alice.account]))
        await alice.world.forceEntry(.commit, message: message, epoch: 1, confirmation: [9], to: group.bytes)
        let report = try await second.sync()
        #expect(report.parked.map(\.reason) == [AnnouncementMismatch().description])
    }

    @Test func aCommitWithoutAnAnnouncementIsRejected() async throws {
        let (alice, _, _, second, group) = try await pair()
        let message = try await commit(of: alice, in: group, announcing: nil)
        await alice.world.forceEntry(.commit, message: message, epoch: 1, confirmation: [9], to: group.bytes)
        #expect(try await second.sync().parked.count == 1)
        #expect(try await second.groups().map(\.state) == [.readOnly])
    }

    @Test func theSameCommitWithItsAnnouncementIsAppliedAndItsWrongConfirmationNoted() async throws {
        let (alice, _, _, second, group) = try await pair()
        let message = try await commit(
            of: alice, in: group, announcing: CommitAnnouncement(added: [], removed: []))
        await alice.world.forceEntry(.commit, message: message, epoch: 1, confirmation: [9], to: group.bytes)
        let notes = try await second.sync().parked
        #expect(notes.map(\.group) == [group])
        #expect(notes.first?.reason.hasPrefix("applied, but") == true)
        #expect(await alice.world.reports.contains { $0.outcome == .applied && $0.epoch == 1 })
        #expect(try await second.groups().map(\.state) == [.active])
    }

    /// What an insider makes of the extensions that say which chat the group is for.
    private static let otherExtensions: [String: @Sendable (ChatExtension) -> [Extension]] = [
        "none": { _ in [] },
        "not required": { [Extension(type: ChatExtension.type, data: $0.encoded)] },
        "only required": { _ in
            [.requiredCapabilities(RequiredCapabilities(extensionTypes: [ChatExtension.type]))]
        },
        "another chat": { chat in
            var other = chat
            other.chat = "dinner"
            return other.groupContextExtensions
        },
    ]

    @Test(arguments: ["none", "not required", "only required", "another chat"])
    func aCommitThatChangesTheChatIsRejected(name: String) async throws {
        let (alice, _, _, second, group) = try await pair()
        let change = try #require(Self.otherExtensions[name])
        let message = try await commit(
            of: alice, in: group, announcing: CommitAnnouncement(added: [], removed: []), changing: change)
        await alice.world.forceEntry(.commit, message: message, epoch: 1, confirmation: nil, to: group.bytes)
        #expect(try await second.sync().parked.map(\.reason) == [ChatChanged().description])
        #expect(await alice.world.reports.contains { $0.outcome == .rejected && $0.epoch == 1 })
        #expect(try await second.groups().map(\.state) == [.readOnly])
    }

    @Test func aCommitThatKeepsTheChatsExtensionsIsApplied() async throws {
        let (alice, _, _, second, group) = try await pair()
        let message = try await commit(
            of: alice, in: group, announcing: CommitAnnouncement(added: [], removed: [])
        ) { $0.groupContextExtensions }
        await alice.world.forceEntry(.commit, message: message, epoch: 1, confirmation: nil, to: group.bytes)
        #expect(try await second.sync().parked.isEmpty)
        #expect(try await second.groups().map(\.state) == [.active])
    }

    @Test func aMemberWhoseKeyWasRevokedIsNotLetIn() async throws {
        let (alice, bob, first, second, group) = try await pair()
        await alice.world.revokeKeys(of: alice.account)
        let message = try await commit(
            of: alice, in: group, announcing: CommitAnnouncement(added: [], removed: []))
        await alice.world.forceEntry(.commit, message: message, epoch: 1, confirmation: [9], to: group.bytes)
        let report = try await second.sync()
        #expect(report.parked.count == 1)
        #expect(report.parked.first?.reason.contains("\(alice.account)") == true)
        #expect(try await first.members(of: group) == [alice.account, bob.account])
    }

    @Test func aWelcomeForAnUnknownKeyPackageIsParked() async throws {
        let (alice, bob, _, second, group) = try await pair()
        await alice.world.deliver(
            InboxEntry(
                number: 0, groupID: Bytes(group.bytes + [1]),
                welcome: WelcomeDelivery(
                    account: bob.account, keyPackageRef: [1, 2, 3], sequence: 1, epoch: 1, identityHistory: 0,
                    message: [0, 1])),
            to: "bob")
        let report = try await second.sync()
        #expect(report.parked.count == 1)
        #expect(report.joined.isEmpty)
        #expect(try await second.groups().count == 1)
    }

    @Test func aCommitThatIsRefusedForGoodIsVoidedAndTheGroupGoesOn() async throws {
        let (alice, _, first, second, group) = try await pair()
        await alice.world.setCommitRefusal(.invalidHandshake)
        await #expect(throws: ClientError(refusal: .init(code: .invalidHandshake, message: ""))) {
            try await first.refresh(group)
        }
        await alice.world.setCommitRefusal(nil)
        try await first.refresh(group)
        try await second.sync()
        let sealed = try await second.encrypt("go on", for: group)
        #expect(try await first.readText(sealed) == "bob: go on")
    }

    /// A commit with a path, and with new extensions where it changes them.
    private func commit(
        of user: TestUser, in group: GroupID, announcing announcement: CommitAnnouncement?,
        changing extensions: ((ChatExtension) -> [Extension])? = nil
    ) async throws -> [UInt8] {
        try await user.commit(in: group) { request, state in
            let chat = try #require(ChatExtension(in: state.extensions))
            request.extensions = extensions?(chat)
            request.authenticatedData = announcement?.encoded ?? []
        }.message.encoded
    }
}

extension AuthDeliveryWorld {
    /// Delivers bytes that only one user gets, as if they were the next entry of a group's log.
    func deliverGarbageCommit(to user: String, group: [UInt8], epoch: UInt64) {
        let entry = LogEntry(
            sequence: UInt64(groups[group]?.log.count ?? 0) + 1, kind: .commit, epoch: epoch, hash: [1],
            message: [1, 2, 3], confirmation: [9], identityHistory: history, accepted: 1_000)
        deliver(InboxEntry(number: 0, groupID: Bytes(group), log: entry), to: user)
    }
}
