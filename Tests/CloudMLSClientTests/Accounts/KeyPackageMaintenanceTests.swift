import CloudMLSAPI
import CloudMLSClient
import Testing

@Suite struct KeyPackageMaintenanceTests {
    private typealias Script = MachineScript<KeyPackageMaintenance>
    private static let day: UInt64 = 86_400
    private let now = 100 * day

    private func entry(
        _ ref: UInt8, days: UInt64 = 30, state: KeyPackagePool.Entry.State = .published,
        kind: KeyPackagePool.Entry.Kind = .ordinary
    ) -> KeyPackagePool.Entry {
        KeyPackagePool.Entry(
            ref: [ref], cipherSuite: 1, keyPackage: [ref, ref], secrets: [], notAfter: now + days * Self.day,
            state: state, kind: kind)
    }

    private func run(_ target: Int = 2, _ events: [KeyPackageMaintenance.Event]) throws -> Script {
        try Script(KeyPackageMaintenance(suite: 1, now: now, policy: .init(target: target)), events)
    }

    @Test func writesPrivatePartsAsPendingBeforeItPublishes() throws {
        let made = [entry(1, state: .pending), entry(2, state: .pending), entry(3, state: .pending, kind: .lastResort)]
        let script = try run(
            2, [.pool(KeyPackagePool()), .made(made), .written, .anchorRaised, .uploaded, .written])
        let published = made.map {
            var entry = $0
            entry.state = .published
            return entry
        }
        #expect(
            script.actions == [
                .read, .make(ordinary: 2, lastResort: true), .write(KeyPackagePool(entries: made)), .raiseAnchor,
                .upload(ordinary: [[1, 1], [2, 2]], lastResort: [3, 3]), .write(KeyPackagePool(entries: published)),
            ])
        #expect(script.output == 3)
    }

    @Test func aFullPoolIsLeftAlone() throws {
        let pool = KeyPackagePool(entries: [entry(1), entry(2), entry(3, kind: .lastResort)])
        let script = try run(2, [.pool(pool), .statuses([.available, .available, .available])])
        #expect(script.actions == [.read, .askStatus([[1], [2], [3]])])
        #expect(script.output == 0)
    }

    @Test(arguments: [KeyPackagePool.Entry.State.pending, .published])
    func whatTheServerDoesNotKnowIsPublishedAgain(state: KeyPackagePool.Entry.State) throws {
        let pool = KeyPackagePool(entries: [entry(1, state: state), entry(3, kind: .lastResort)])
        var events: [KeyPackageMaintenance.Event] = [.pool(pool), .statuses([.unknown, .available])]
        if state == .published { events.append(.written) }
        let script = try run(1, events + [.anchorRaised])
        #expect(script.actions.last == .upload(ordinary: [[1, 1]], lastResort: nil))
    }

    /// Who wrote them may not have come to raising it, and the key store may forget them again.
    @Test func theAnchorIsRaisedBeforePublishingWhatSomebodyElseWrote() throws {
        let pool = KeyPackagePool(entries: [entry(1, state: .pending), entry(3, kind: .lastResort)])
        let script = try run(1, [.pool(pool), .statuses([.unknown, .available])])
        #expect(script.actions.last == .raiseAnchor)
    }

    @Test func aPendingOneThatTheServerHasIsMarked() throws {
        let pool = KeyPackagePool(entries: [entry(1, state: .pending), entry(3, kind: .lastResort)])
        let marked = KeyPackagePool(entries: [entry(1), entry(3, kind: .lastResort)])
        let script = try run(1, [.pool(pool), .statuses([.available, .available]), .written, .anchorRaised])
        #expect(script.actions.contains(.write(marked)))
        #expect(script.output == 0)
    }

    @Test func oneThatExpiresInAWeekIsReplacedAndKept() throws {
        let pool = KeyPackagePool(entries: [entry(1, days: 7), entry(3, days: 7, kind: .lastResort)])
        let script = try run(1, [.pool(pool), .statuses([.available, .available])])
        #expect(script.actions.last == .make(ordinary: 1, lastResort: true))
    }

    @Test func aClaimedOneIsReplacedAndItsPrivatePartKept() throws {
        let pool = KeyPackagePool(entries: [entry(1), entry(3, kind: .lastResort)])
        let made = entry(2, state: .pending)
        let script = try run(1, [.pool(pool), .statuses([.claimed, .available]), .made([made])])
        #expect(script.actions.last == .write(KeyPackagePool(entries: pool.entries + [made])))
    }

    @Test func aPrivatePartGoesWhenNoWelcomeCanComeAnyMore() throws {
        var old = entry(1)
        old.notAfter = now - 30 * Self.day
        var gone = entry(2)
        gone.notAfter = now - 30 * Self.day - 1
        let full = [entry(4), entry(3, kind: .lastResort)]
        let script = try run(
            1, [.pool(KeyPackagePool(entries: [old, gone] + full)), .statuses([.available, .available])])
        #expect(script.actions.last == .write(KeyPackagePool(entries: [old] + full)))
    }

    @Test func aWithdrawnLastResortIsReplaced() throws {
        let pool = KeyPackagePool(entries: [entry(1), entry(3, kind: .lastResort)])
        let script = try run(1, [.pool(pool), .statuses([.available, .withdrawn])])
        #expect(script.actions.last == .make(ordinary: 0, lastResort: true))
    }

    @Test func aConflictStartsOver() throws {
        let made = [entry(1, state: .pending)]
        let script = try run(1, [.pool(KeyPackagePool()), .made(made), .conflict])
        #expect(script.actions.last == .read)
    }
}
