import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct GroupHealingTests {
    private typealias Script = MachineScript<GroupHealing>

    private static let incarnation = Incarnation(bytes: [UInt8](repeating: 7, count: 16)) ?? .random()
    private static let later = Incarnation(bytes: [UInt8](repeating: 8, count: 16)) ?? .random()

    private func anchor(
        epoch: UInt64 = 3, head: UInt64 = 8, application: UInt32 = 5, handshake: UInt32 = 2,
        commit: CommitHash? = commit, isBehind: Bool = false
    ) -> GroupAnchor {
        GroupAnchor(
            incarnation: isBehind ? Self.later : Self.incarnation, headRevision: Revision(rawValue: head) ?? .none,
            epoch: epoch, applicationGenerations: application, handshakeGenerations: handshake, commit: commit,
            isBehind: isBehind)
    }

    private static let commit = CommitHash(of: [1])
    private static let otherCommit = CommitHash(of: [2])

    private func stored(
        epoch: UInt64 = 3, head: UInt64 = 8, application: UInt32 = 5, handshake: UInt32 = 2,
        status: GroupHead.Status = .active, intent: UInt32? = nil
    ) -> GroupHealing.Event {
        .stored(
            GroupHealing.Stored(
                epoch: epoch, headRevision: Revision(rawValue: head) ?? .none, status: status,
                intent: intent.map {
                    GroupHealing.Intent(epoch: epoch, generation: $0, commit: Self.commit)
                },
                counts: GenerationCounts(application: application, handshake: handshake)))
    }

    private func run(_ events: [GroupHealing.Event]) throws -> Script {
        try Script(GroupHealing(incarnation: Self.later), events)
    }

    @Test(arguments: [(UInt64(3), UInt64(8)), (3, 9), (4, 1)])
    func aStateThatIsNotBehindIsLeftAlone(epoch: UInt64, head: UInt64) throws {
        let script = try run([.anchor(anchor(), revision: 4), stored(epoch: epoch, head: head)])
        #expect(script.actions == [.readAnchor, .readStored(epoch: 3)])
        #expect(script.output == .sound)
    }

    @Test func aGroupWithoutAnAnchorOrAHeadIsLeftAlone() throws {
        #expect(try run([.anchor(nil, revision: 0), stored()]).output == .sound)
        #expect(try run([.anchor(anchor(), revision: 4), .stored(nil)]).output == .sound)
        #expect(try run([.anchor(anchor(epoch: 9), revision: 4), stored(status: .removed)]).output == .sound)
    }

    /// Each of: an older epoch, an older head, either ratchet's count.
    @Test(arguments: [
        (UInt64(2), UInt64(9), UInt32(9), UInt32(9)), (3, 7, 5, 2), (3, 8, 4, 2), (3, 8, 5, 1),
    ])
    func whatIsBehindIsNotedBeforeAnythingElse(
        epoch: UInt64, head: UInt64, application: UInt32, handshake: UInt32
    ) throws {
        let script = try run([
            .anchor(anchor(), revision: 4),
            stored(epoch: epoch, head: head, application: application, handshake: handshake), .marked,
        ])
        #expect(
            script.actions == [
                .readAnchor, .readStored(epoch: 3), .mark(anchor(isBehind: true), ifRevision: 4), .replay,
            ])
        #expect(script.output == nil)
    }

    @Test func countsAreRaisedToTheAnchorThenTheEpochIsLeft() throws {
        let script = try run([
            .anchor(anchor(), revision: 4), stored(head: 6, application: 1, handshake: 0), .marked, .replayed,
            .anchor(anchor(isBehind: true), revision: 5), stored(head: 7, application: 1, handshake: 0),
            .countsRaised, .committed, .anchor(anchor(epoch: 4, head: 10, application: 0, handshake: 0), revision: 8),
            stored(epoch: 4, head: 10, application: 0, handshake: 0),
        ])
        #expect(
            script.actions.dropFirst(4) == [
                .readAnchor, .readStored(epoch: 3),
                .raiseCounts(GenerationCounts(application: 5, handshake: 2), epoch: 3), .commit(epoch: 3),
                .readAnchor, .readStored(epoch: 4),
            ])
        #expect(script.output == .healed)
    }

    /// A commit that did not come about leaves the epoch closed, and is tried again.
    @Test func anEpochThatWasFoundBehindIsLeftWhateverTheHeadIsNow() throws {
        let noted = GroupHealing.Event.anchor(anchor(isBehind: true), revision: 5)
        let script = try run([
            noted, stored(head: 30, application: 60, handshake: 60), .marked, .replayed, noted,
            stored(head: 30, application: 60, handshake: 60), .countsRaised, .committed, noted, stored(head: 31),
        ])
        #expect(script.actions.last == .raiseCounts(GenerationCounts(application: 5, handshake: 2), epoch: 3))
    }

    @Test func aLogThatLeadsFurtherNeedsNoCommit() throws {
        let script = try run([
            .anchor(anchor(), revision: 4), stored(epoch: 1), .marked, .replayed,
            .anchor(anchor(epoch: 4, application: 0, handshake: 0), revision: 6), stored(epoch: 4),
        ])
        #expect(!script.actions.contains { if case .commit = $0 { true } else { false } })
        #expect(script.output == .healed)
    }

    private var aLogThatEndsTooEarly: [GroupHealing.Event] {
        [
            .anchor(anchor(), revision: 4), stored(epoch: 1), .marked, .replayed,
            .anchor(anchor(isBehind: true), revision: 5), stored(epoch: 2),
        ]
    }

    @Test(arguments: [nil, UInt64(2)])
    func aServerThatIsBehindAsWellIsTold(epoch: UInt64?) throws {
        let script = try run(aLogThatEndsTooEarly + [.serverEpoch(epoch)])
        #expect(script.actions.last == .askEpoch)
        #expect(script.output == .behind)
    }

    @Test(arguments: [UInt64(3), 9])
    func aLogThatLostItsOldPartClosesTheGroup(epoch: UInt64) throws {
        let script = try run(
            aLogThatEndsTooEarly + [
                .serverEpoch(epoch), .closed, .anchor(anchor(isBehind: true), revision: 5),
                stored(epoch: 2, status: .stuck),
            ])
        #expect(script.actions.contains(.close(epoch: 2)))
        #expect(script.output == .waiting)
    }

    /// Nothing but the intent tells: another commit has its generation.
    @Test(arguments: [otherCommit, nil])
    func anIntentWhoseGenerationAnotherCommitHasIsNoticed(commit: CommitHash?) throws {
        let noted = GroupHealing.Event.anchor(anchor(commit: commit, isBehind: true), revision: 5)
        let script = try run([
            .anchor(anchor(commit: commit), revision: 4), stored(intent: 1), .marked, .replayed, noted,
            stored(intent: 1), .intentEnded, noted, stored(head: 9),
        ])
        #expect(script.actions.dropFirst(6).first == .giveUpIntent)
        #expect(script.actions.last == .raiseCounts(GenerationCounts(application: 5, handshake: 2), epoch: 3))
    }

    @Test(arguments: [UInt32(1), 2])
    func anIntentThatMayBePostedIsNoRollback(generation: UInt32) throws {
        let script = try run([.anchor(anchor(), revision: 4), stored(intent: generation)])
        #expect(script.output == .sound)
    }

    @Test func aLostOwnCommitMeansWaiting() throws {
        let script = try run([
            .anchor(anchor(), revision: 4), stored(epoch: 1), .marked, .replayed,
            .anchor(anchor(isBehind: true), revision: 5), stored(epoch: 2, status: .stuck),
        ])
        #expect(script.output == .waiting)
    }

    @Test(arguments: [(UInt32(0), GroupHealing.Action.giveUpIntent), (1, .resumeIntent), (2, .resumeIntent)])
    func anIntentThatALaterOneFollowedIsNotPosted(generation: UInt32, action: GroupHealing.Action) throws {
        let noted = GroupHealing.Event.anchor(anchor(isBehind: true), revision: 5)
        let script = try run([
            .anchor(anchor(), revision: 4), stored(head: 6, intent: generation), .marked, .replayed, noted,
            stored(head: 6, intent: generation), .intentEnded, noted, stored(head: 7),
        ])
        #expect(script.actions.dropFirst(6).first == action)
        #expect(script.actions.last == .raiseCounts(GenerationCounts(application: 5, handshake: 2), epoch: 3))
    }

    @Test func anAnchorThatAnotherDeviceSwappedIsReadAgain() throws {
        let script = try run([
            .anchor(anchor(), revision: 4), stored(head: 6), .conflict, .anchor(anchor(head: 9), revision: 5),
            stored(head: 6),
        ])
        #expect(script.actions.last == .mark(anchor(head: 9, isBehind: true), ifRevision: 5))
    }

    @Test func aGroupThatNeverSettlesIsLeftForLater() {
        let round: [GroupHealing.Event] = [.anchor(anchor(), revision: 4), stored(head: 6), .conflict]
        #expect(throws: ClientError(.busy, "")) { try run((0..<64).flatMap { _ in round }) }
    }
}
