import Foundation
import TestSupport
import Testing

/// The client's own code under schedules that a seed decides: see docs/simulation.md.
@Suite struct SimulationTests {
    /// A number from the environment, which `Deploy/simulate` sets.
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    static let isLongRun = setting("SIMULATION_COUNT") != nil
    static let isMutationRun = setting("SIMULATION_MUTATION_SEEDS") != nil

    @Test(.disabled(if: isLongRun || isMutationRun), arguments: UInt64(0)..<10)
    func everythingHoldsInTheEnd(block: UInt64) async {
        await SimulationRuns.run(block * 20..<(block + 1) * 20, atOnce: 1) { result in
            if !result.isClean { Issue.record("\(result.report)") }
            return true
        }
    }

    @Test(.disabled(if: isLongRun || isMutationRun), arguments: [UInt64(3), 17, 42, 101])
    func aSeedGivesTheSameRunAgain(seed: UInt64) async {
        let first = await SimulationRuns.run(seed)
        let second = await SimulationRuns.run(seed)
        #expect(first.trace.count > 100)
        #expect(first.trace == second.trace)
    }

    @Test(.enabled(if: isLongRun))
    func longRun() async {
        let first = Self.setting("SIMULATION_FIRST") ?? 0
        let count = Self.setting("SIMULATION_COUNT") ?? 0
        let start = Date()
        let progress = Guarded((done: UInt64(0), failed: [UInt64]()))
        await SimulationRuns.run(first..<first + count) { result in
            let line = progress.withLock { progress -> String? in
                progress.done += 1
                if !result.isClean { progress.failed.append(result.seed) }
                guard progress.done % 100 == 0 || progress.done == count else { return nil }
                let rate = Double(progress.done) / Date().timeIntervalSince(start)
                return "\(progress.done) of \(count) seeds, \(progress.failed.count) failed, "
                    + "\(String(format: "%.1f", rate)) seeds per second"
            }
            if !result.isClean || count == 1 { show(result) }
            if let line { tell(line) }
            return progress.withLock { $0.failed.count < 5 }
        }
        let failed = progress.withLock { $0.failed.sorted() }
        #expect(failed.isEmpty, "these seeds failed: \(failed)")
    }

    /// The trace goes into a file: `swift test` loses parts of what a test prints where that is much.
    private func show(_ result: SimulationResult) {
        if !result.isClean { tell(result.summary) }
        let folder = ProcessInfo.processInfo.environment["SIMULATION_TRACES"].map { URL(fileURLWithPath: $0) }
        let file = (folder ?? FileManager.default.temporaryDirectory).appending(path: "seed-\(result.seed).txt")
        do {
            try Data((result.report + "\n").utf8).write(to: file)
            tell("what happened: \(file.path)")
        } catch {
            Issue.record("the trace cannot be written to \(file.path): \(error)")
        }
    }

    @Test(.enabled(if: isMutationRun), arguments: Mutation.allCases)
    func mutationIsFound(_ mutation: Mutation) async {
        await find(mutation, within: Self.setting("SIMULATION_MUTATION_SEEDS") ?? 1_000)
    }

    private func find(_ mutation: Mutation, within seeds: UInt64) async {
        let found = Guarded<SimulationResult?>(nil)
        await SimulationRuns.run(0..<seeds, mutation, atOnce: 1) { result in
            guard !result.isClean else { return true }
            found.withLock { if $0.map({ $0.seed > result.seed }) ?? true { $0 = result } }
            return false
        }
        let result = found.withLock { $0 }
        let needed = result.map { "\($0.seed + 1)" } ?? "not found"
        let how = result?.violations.first ?? ""
        print("| `\(mutation.rawValue)` | \(mutation.ordering) | \(needed) | \(how) |")
        #expect(result != nil, "\(mutation) was not found within \(seeds) seeds")
    }
}
