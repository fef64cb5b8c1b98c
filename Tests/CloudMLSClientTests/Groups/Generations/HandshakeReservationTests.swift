import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct HandshakeReservationTests {
    private typealias Script = MachineScript<HandshakeReservation>

    private func revision(_ value: UInt64) -> Revision { Revision(rawValue: value) ?? .none }

    private func anchor(epoch: UInt64 = 3, head: UInt64 = 8, handshake: UInt32 = 0) throws -> GroupAnchor {
        GroupAnchor(
            incarnation: try #require(Incarnation(bytes: [UInt8](repeating: 7, count: 16))),
            headRevision: revision(head), epoch: epoch, applicationGenerations: 0, handshakeGenerations: handshake)
    }

    private func run(_ events: [HandshakeReservation.Event]) throws -> Script {
        try Script(HandshakeReservation(epoch: 3, headRevision: revision(8)), events)
    }

    @Test(arguments: [UInt32(0), 4, 5])
    func givesTheNextGenerationWhereTheAnchorKnowsNoMore(anchored: UInt32) throws {
        let script = try run([
            .anchor(try anchor(head: 7, handshake: anchored)),
            .counts(GenerationCounts(application: 2, handshake: 5), revision: 6),
        ])
        #expect(script.actions == [.readAnchor, .readCounts])
        #expect(script.output == .reserved(5, GenerationCounts(application: 2, handshake: 6), ifRevision: 6))
    }

    @Test func withoutAnAnchorItBeginsAtTheCounts() throws {
        let script = try run([.anchor(nil), .counts(GenerationCounts(), revision: 0)])
        #expect(script.output == .reserved(0, GenerationCounts(handshake: 1), ifRevision: 0))
    }

    @Test func theCountsOfAnOlderEpochMeanNothing() throws {
        let script = try run([
            .anchor(try anchor(epoch: 2, head: 9, handshake: 90)), .counts(GenerationCounts(), revision: 0),
        ])
        #expect(script.output == .reserved(0, GenerationCounts(handshake: 1), ifRevision: 0))
    }

    @Test(arguments: [(UInt64(4), UInt64(1)), (3, 9)])
    func anAnchorAheadOfTheHeadEndsIt(epoch: UInt64, head: UInt64) throws {
        let later = try anchor(epoch: epoch, head: head)
        #expect(try run([.anchor(later)]).output == .headMoved(later))
    }

    @Test func countsBelowTheAnchorWereRolledBack() throws {
        let script = try run([
            .anchor(try anchor(handshake: 5)), .counts(GenerationCounts(application: 9, handshake: 4), revision: 6),
        ])
        #expect(script.output == .rolledBack)
    }

    /// Where the key store was found behind, only the commit that leaves the epoch gets a generation, whatever the head's
    /// revision is by now.
    @Test func aClosedEpochIsOnlyLeft() throws {
        var closed = try anchor(head: 9, handshake: 5)
        closed.isBehind = true
        let counts = HandshakeReservation.Event.counts(GenerationCounts(handshake: 5), revision: 6)
        #expect(try run([.anchor(closed)]).output == .rolledBack)
        let healing = try Script(
            HandshakeReservation(epoch: 3, headRevision: revision(8), isHealing: true), [.anchor(closed), counts])
        #expect(healing.output == .reserved(5, GenerationCounts(handshake: 6), ifRevision: 6))
        closed.epoch = 2
        #expect(
            try run([.anchor(closed), counts]).output == .reserved(5, GenerationCounts(handshake: 6), ifRevision: 6))
    }

    @Test func anEpochHasAnEnd() throws {
        let full = GenerationCounts(handshake: GenerationCounts.limit)
        #expect(try run([.anchor(nil), .counts(full, revision: 6)]).output == .exhausted)
    }
}
