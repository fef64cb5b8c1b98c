import CloudMLSAPI
import CloudMLSClient
import Synchronization
import Testing

/// What a synchronisation found reaches the user.
@Suite struct SyncWarningsTests {
    @Test func eachKindOfNewsIsALine() throws {
        let bob = try #require(AccountAddress("folder:bob"))
        var report = SyncReport()
        #expect(report.warnings.isEmpty)
        report.identityChanges = [IdentityChange(account: bob, key: [1], seen: 1_800_000_000)]
        report.parked = [ParkedReport(group: GroupID([0xAB]), reason: "it is damaged", time: 0)]
        report.replaced = [GroupID([UInt8](repeating: 0xCD, count: 32))]
        report.undecidedChats = ["lunch"]
        report.healed = [GroupID([UInt8](repeating: 0xEF, count: 32))]
        report.waiting = [GroupID([1])]
        let warnings = report.warnings
        #expect(warnings.count == 6)
        #expect(warnings.allSatisfy { !$0.contains("\n") })
        #expect(warnings[0].hasPrefix("the key of folder:bob changed on 2027-01-15; ask them"))
        #expect(warnings[1].contains("group ab… on 1970-01-01 could not be processed: it is damaged"))
        #expect(warnings[2].hasPrefix("group cdcdcdcdcdcdcdcd… can only be read"))
        #expect(warnings[3].contains("\"lunch\""))
        #expect(warnings[4].hasPrefix("the key store had an older state of group efefefefefefefef…"))
        #expect(warnings[5].hasPrefix("group 01… can only be read for now"))
    }

    @Test func timesThatCannotBeAreShown() {
        var report = SyncReport()
        report.parked = [ParkedReport(group: GroupID([1]), reason: "", time: .max)]
        #expect(report.warnings[0].contains("9999-12-31"))
    }

    @Test func everySynchronisationIsReported() async throws {
        let reports = Mutex<[SyncReport]>([])
        let alice = try TestUser("alice", AuthDeliveryWorld())
        let device = Messenger(services: alice.services()) { report in reports.withLock { $0.append(report) } }
        let report = try await device.sync()
        #expect(reports.withLock { $0 } == [report])
        await #expect(throws: ClientError(.unknownGroup, "")) { try await device.group(named: "lunch") }
        #expect(reports.withLock { $0.count } == 2)
    }
}
