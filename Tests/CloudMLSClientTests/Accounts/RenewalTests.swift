import CloudMLSAPI
import CloudMLSClient
import MLSCodec
import Testing

/// KeyPackages are renewed once a day, by whoever synchronises or asks for it.
@Suite struct RenewalTests {
    private let alice: TestUser
    private let local = MemoryLocalState()

    init() throws { alice = try TestUser("alice", AuthDeliveryWorld()) }

    private func messenger(_ faults: FaultPlan = FaultPlan()) -> Messenger {
        Messenger(services: alice.services(faults, local: local), renewsDaily: true)
    }

    /// What others have left of the pool.
    private func useUp() async throws {
        _ = try await alice.readyDevice()
        await alice.world.forgetKeyPackages()
    }

    @Test func theFirstSynchronisationOfADayRenews() async throws {
        try await useUp()
        try await messenger().sync()
        #expect(try await messenger().maintainKeyPackages() == 0)
        await alice.world.forgetKeyPackages()
        try await messenger().sync()
        #expect(try await messenger().renewKeyPackages() == 0)
        alice.clock.advance(days: 1)
        #expect(try await messenger().renewKeyPackages() == 5)
    }

    @Test func whereItIsNotDueNoServerIsAsked() async throws {
        try await useUp()
        try await messenger().renewKeyPackages()
        let faults = FaultPlan()
        try await messenger(faults).renewKeyPackages()
        #expect(await faults.calls == 0)
    }

    @Test func aFailureIsReportedStopsNothingAndIsTriedAgain() async throws {
        try await useUp()
        let faults = FaultPlan()
        let failing = messenger(faults)
        // What breaks before the renewal ends the synchronisation; the first call after that is the renewal's own.
        var count = 0
        var report: SyncReport?
        while report == nil, count < 100 {
            await faults.breakAfter(count, .beforeCall, once: true)
            report = try? await failing.sync()
            count += 1
        }
        #expect(report?.renewalProblem?.code == .notReachable)
        #expect(report?.warnings.contains { $0.contains("KeyPackages") } == true)
        await faults.heal()
        // Not at once in the same process, so that a program that synchronises all the time does not ask all the time.
        #expect(try await failing.sync().renewalProblem == nil)
        #expect(try await messenger().renewKeyPackages() == 5)
    }
}
