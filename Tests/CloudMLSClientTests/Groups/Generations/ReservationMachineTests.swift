import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct ReservationMachineTests {
    private typealias Script = MachineScript<ReservationMachine>

    private static let incarnation = Incarnation(bytes: [UInt8](repeating: 7, count: 16)) ?? .random()

    private func revision(_ value: UInt64) -> Revision { Revision(rawValue: value) ?? .none }

    private func machine(_ count: UInt32 = 1) -> ReservationMachine {
        ReservationMachine(count: count, epoch: 3, headRevision: revision(8), incarnation: Self.incarnation)
    }

    private func anchor(
        epoch: UInt64 = 3, head: UInt64 = 8, application: UInt32 = 0, handshake: UInt32 = 0
    ) -> GroupAnchor {
        GroupAnchor(
            incarnation: Self.incarnation, headRevision: revision(head), epoch: epoch,
            applicationGenerations: application, handshakeGenerations: handshake)
    }

    @Test func reservesThenAnchorsThenGivesTheBlock() throws {
        let script = try Script(
            machine(32),
            [
                .anchor(anchor(application: 5, handshake: 1), revision: 4),
                .counts(GenerationCounts(application: 5, handshake: 2), revision: 6), .written, .swapped,
            ])
        #expect(
            script.actions == [
                .readAnchor, .readCounts, .writeCounts(GenerationCounts(application: 37, handshake: 2), ifRevision: 6),
                .swapAnchor(anchor(application: 37, handshake: 1), ifRevision: 4),
            ])
        #expect(script.output == .block(5..<37))
    }

    @Test func theFirstAnchorOfAnEpochForgetsTheCountsOfTheOneBefore() throws {
        let script = try Script(
            machine(),
            [
                .anchor(anchor(epoch: 2, application: 90, handshake: 4), revision: 4),
                .counts(GenerationCounts(), revision: 0), .written, .swapped,
            ])
        #expect(script.actions.last == .swapAnchor(anchor(application: 1), ifRevision: 4))
        #expect(script.output == .block(0..<1))
    }

    @Test func aConflictBeginsAgain() throws {
        let script = try Script(
            machine(), [.anchor(nil, revision: 0), .counts(GenerationCounts(), revision: 0), .conflict])
        #expect(script.actions.last == .readAnchor)
        #expect(script.output == nil)
    }

    @Test func aBlockThatAnotherDevicePassedIsDropped() throws {
        let script = try Script(
            machine(),
            [
                .anchor(anchor(application: 5), revision: 4), .counts(GenerationCounts(application: 5), revision: 6),
                .written, .anchorConflict, .anchor(anchor(application: 7), revision: 5),
                .counts(GenerationCounts(application: 7), revision: 8), .written, .swapped,
            ])
        #expect(script.output == .block(7..<8))
    }

    @Test func aLostSwapOfTheBlockItselfDropsIt() throws {
        let script = try Script(
            machine(),
            [
                .anchor(anchor(application: 5), revision: 4), .counts(GenerationCounts(application: 5), revision: 6),
                .written, .anchorConflict, .anchor(anchor(application: 6), revision: 5),
            ])
        #expect(script.actions.last == .readCounts)
    }

    @Test(arguments: [UInt32(0), 5, 8])
    func aReservationBelowTheAnchorIsARollbackAndIsNotWritten(stored: UInt32) throws {
        let script = try Script(
            machine(32),
            [
                .anchor(anchor(application: 9), revision: 4),
                .counts(GenerationCounts(application: stored), revision: 6),
            ])
        #expect(script.actions == [.readAnchor, .readCounts])
        #expect(script.output == .rolledBack)
    }

    @Test(arguments: [(UInt64(4), UInt64(1)), (3, 9)])
    func anAnchorOfALaterEpochOrHeadSendsBackToTheHead(epoch: UInt64, head: UInt64) throws {
        let later = anchor(epoch: epoch, head: head)
        let script = try Script(machine(), [.anchor(later, revision: 4)])
        #expect(script.output == .headMoved(later))
    }

    @Test func nothingIsGivenAwayInAnEpochInWhichTheStoreWasFoundBehind() throws {
        var closed = anchor(head: 2)
        closed.isBehind = true
        #expect(try Script(machine(), [.anchor(closed, revision: 4)]).output == .rolledBack)
        // Found while the block was on its way.
        let script = try Script(
            machine(),
            [
                .anchor(nil, revision: 0), .counts(GenerationCounts(), revision: 0), .written, .anchorConflict,
                .anchor(closed, revision: 1),
            ])
        #expect(script.output == .rolledBack)
        // The next epoch is open.
        closed.epoch = 2
        #expect(try Script(machine(), [.anchor(closed, revision: 4)]).actions.last == .readCounts)
    }

    @Test func aSwapThatLostToTheOtherRatchetKeepsTheBlock() throws {
        let script = try Script(
            machine(),
            [
                .anchor(nil, revision: 0), .counts(GenerationCounts(), revision: 0), .written, .anchorConflict,
                .anchor(anchor(application: 0, handshake: 1), revision: 1), .swapped,
            ])
        #expect(script.actions.last == .swapAnchor(anchor(application: 1, handshake: 1), ifRevision: 1))
        #expect(script.output == .block(0..<1))
    }

    @Test func anEpochIsUsedUpAt65535() throws {
        let full = GenerationCounts(application: 65_500)
        let none = ReservationMachine.Event.anchor(nil, revision: 0)
        #expect(try Script(machine(36), [none, .counts(full, revision: 3)]).output == .exhausted)
        #expect(try Script(machine(35), [none, .counts(full, revision: 3)]).output == nil)
    }

    @Test func endlessConflictsEnd() {
        let events = (0..<64).flatMap { revision -> [ReservationMachine.Event] in
            [.anchor(nil, revision: 0), .counts(GenerationCounts(), revision: UInt64(revision)), .conflict]
        }
        #expect(throws: ClientError(.busy, "")) { try Script(machine(), events) }
    }
}
