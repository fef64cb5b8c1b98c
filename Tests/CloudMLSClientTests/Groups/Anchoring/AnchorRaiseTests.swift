import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct AnchorRaiseTests {
    private typealias Script = MachineScript<AnchorRaise>

    private static let incarnation = Incarnation(bytes: [UInt8](repeating: 7, count: 16)) ?? .random()

    private func anchor(
        epoch: UInt64 = 3, head: UInt64 = 8, application: UInt32 = 0, handshake: UInt32 = 0,
        commit: CommitHash? = nil
    ) -> GroupAnchor {
        GroupAnchor(
            incarnation: Self.incarnation, headRevision: Revision(rawValue: head) ?? .none, epoch: epoch,
            applicationGenerations: application, handshakeGenerations: handshake, commit: commit)
    }

    private static let commit = CommitHash(of: [1])
    private static let otherCommit = CommitHash(of: [2])

    private func run(_ purpose: AnchorRaise.Purpose, _ events: [AnchorRaise.Event]) throws -> Script {
        try Script(AnchorRaise(target: anchor(), purpose: purpose), events)
    }

    @Test func keepsTheCountsOfTheSameEpoch() throws {
        let script = try run(
            .progress, [.anchor(anchor(head: 7, application: 5, handshake: 2), revision: 3), .swapped])
        #expect(script.actions == [.read, .swap(anchor(application: 5, handshake: 2), ifRevision: 3)])
        #expect(script.output == .raised)
    }

    @Test func startsTheCountsOfANewEpochAtZero() throws {
        let script = try run(
            .progress, [.anchor(anchor(epoch: 2, application: 5, handshake: 2), revision: 3), .swapped])
        #expect(script.actions.last == .swap(anchor(), ifRevision: 3))
    }

    @Test(arguments: [(UInt64(4), UInt64(1)), (3, 9)])
    func progressAcceptsThatAnotherDeviceIsFurther(epoch: UInt64, head: UInt64) throws {
        #expect(try run(.progress, [.anchor(anchor(epoch: epoch, head: head), revision: 3)]).output == .raised)
    }

    @Test(arguments: [(UInt64(4), UInt64(1)), (3, 9)])
    func anIntentIsNotPostedFromAnOlderHead(epoch: UInt64, head: UInt64) throws {
        let later = anchor(epoch: epoch, head: head)
        let script = try run(.handshake(generation: 0, commit: Self.commit), [.anchor(later, revision: 3)])
        #expect(script.output == .behind(later))
    }

    @Test(arguments: [nil, otherCommit], [commit, nil])
    func anIntentRaisesItsGeneration(before: CommitHash?, commit: CommitHash?) throws {
        let script = try run(
            .handshake(generation: 4, commit: commit),
            [.anchor(anchor(application: 9, handshake: 4, commit: before), revision: 3), .swapped])
        #expect(script.actions.last == .swap(anchor(application: 9, handshake: 5, commit: commit), ifRevision: 3))
        #expect(script.output == .raised)
    }

    @Test func aNewEpochsFirstIntentIsAnchored() throws {
        let script = try run(
            .handshake(generation: 0, commit: Self.commit),
            [.anchor(anchor(epoch: 2, handshake: 4, commit: Self.otherCommit), revision: 3), .swapped])
        #expect(script.actions.last == .swap(anchor(handshake: 1, commit: Self.commit), ifRevision: 3))
    }

    /// A proposal's generation never is used again, not even by a proposal.
    @Test(arguments: [nil, otherCommit], [commit, nil])
    func aGenerationThatWasAnchoredBeforeIsNotUsedAgain(before: CommitHash?, commit: CommitHash?) throws {
        let used = anchor(handshake: 5, commit: before)
        let script = try run(.handshake(generation: 4, commit: commit), [.anchor(used, revision: 3)])
        #expect(script.output == .behind(used))
    }

    @Test func aCommitThatIsPostedAgainIsAnchoredAlready() throws {
        let anchored = anchor(handshake: 5, commit: Self.commit)
        let script = try run(.handshake(generation: 4, commit: Self.commit), [.anchor(anchored, revision: 3)])
        #expect(script.actions == [.read])
        #expect(script.output == .raised)
    }

    @Test func aCommitIsNotPostedAgainAfterALaterOne() throws {
        let later = anchor(handshake: 6, commit: Self.commit)
        let script = try run(.handshake(generation: 4, commit: Self.commit), [.anchor(later, revision: 3)])
        #expect(script.output == .behind(later))
    }

    @Test func progressKeepsTheCommit() throws {
        let script = try run(
            .progress, [.anchor(anchor(head: 7, handshake: 5, commit: Self.commit), revision: 3), .swapped])
        #expect(script.actions.last == .swap(anchor(handshake: 5, commit: Self.commit), ifRevision: 3))
    }

    @Test func mergingKeepsTheCommitOfTheLaterGeneration() {
        let earlier = anchor(handshake: 4, commit: Self.commit)
        let later = anchor(handshake: 5, commit: Self.otherCommit)
        for merged in [earlier.merged(with: later), later.merged(with: earlier)] { #expect(merged == later) }
        #expect(later.merged(with: anchor(handshake: 5, commit: Self.commit)) == anchor(handshake: 5))
        #expect(later.merged(with: anchor(head: 7, handshake: 5, commit: Self.otherCommit)) == later)
    }

    @Test func whatWasFoundStaysFoundInItsEpochAlone() throws {
        var behind = anchor(head: 20, application: 5, handshake: 2)
        behind.isBehind = true
        var expected = anchor(application: 5, handshake: 2)
        expected.isBehind = true
        let progress = try run(.progress, [.anchor(behind, revision: 3), .swapped])
        #expect(progress.actions.last == .swap(expected, ifRevision: 3))
        expected.handshakeGenerations = 3
        let intent = try run(.handshake(generation: 2, commit: nil), [.anchor(behind, revision: 3), .swapped])
        #expect(intent.actions.last == .swap(expected, ifRevision: 3))
        behind.epoch = 2
        #expect(try run(.progress, [.anchor(behind, revision: 3)]).actions.last == .swap(anchor(), ifRevision: 3))
    }

    @Test func mergingKeepsWhatWasFoundWithinOneEpoch() {
        var behind = anchor(head: 2, application: 1, handshake: 4)
        behind.isBehind = true
        let later = anchor(head: 9, application: 5, handshake: 2)
        var merged = anchor(head: 2, application: 5, handshake: 4)
        merged.isBehind = true
        #expect(behind.merged(with: later) == merged)
        #expect(later.merged(with: behind) == merged)
        #expect(behind.merged(with: anchor(epoch: 4)) == anchor(epoch: 4))
    }

    @Test func aSwapThatLostReadsAgain() throws {
        let script = try run(.progress, [.anchor(nil, revision: 0), .conflict, .anchor(anchor(), revision: 1)])
        #expect(script.actions.last == .read)
        #expect(script.output == .raised)
    }
}
