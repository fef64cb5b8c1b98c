import Foundation
import TestSupport
import Testing

/// `Deploy/soak`: not a part of the suite.
struct SoakTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let minutes = environment["SOAK_MINUTES"].flatMap { Int($0) }

    @Test(.enabled(if: minutes != nil, "Deploy/soak runs it"))
    func everythingHoldsWhenItIsCalmAgain() async throws {
        let minutes = try #require(Self.minutes)
        let seed = Self.environment["SOAK_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1_000_000)
        tell("soak: seed \(seed), \(minutes) min")
        let soak = try await Soak(seed: seed)
        do {
            try await soak.begin()
            tell("soak: begins: \(await soak.record.progress)")
            try await soak.run(for: .seconds(60 * minutes))
            tell("soak: calms down: \(await soak.record.progress)")
            try await soak.checkWhenCalm()
        } catch {
            await soak.record.note("the soak itself failed: \(error)")
        }
        try await soak.stop()
        let faults = await soak.record.faults
        tell("soak: ended: \(await soak.record.progress)")
        guard !faults.isEmpty else { return }
        tell("soak: seed \(seed); everything is kept in \(try soak.place.keep().path)")
        for fault in faults { Issue.record("\(fault)") }
    }
}
