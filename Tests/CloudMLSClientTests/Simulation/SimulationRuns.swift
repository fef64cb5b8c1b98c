import Foundation

/// What a run left: enough to tell what happened, without the run itself.
struct SimulationResult: Sendable {
    var seed: UInt64
    var trace: [String]
    var violations: [String]
    var isClean: Bool { violations.isEmpty }

    /// For people, with the command that shows it again.
    var summary: String {
        isClean
            ? "seed \(seed): everything holds"
            : "seed \(seed) failed: \(violations.joined(separator: "; "))\nagain: Deploy/simulate \(seed) 1"
    }

    /// All that happened, and what does not hold.
    var report: String { (trace + [summary]).joined(separator: "\n") }
}

/// Runs simulations on threads of their own: a run keeps its thread until it is over.
enum SimulationRuns {
    static func run(_ seed: UInt64, _ mutation: Mutation? = nil) async -> SimulationResult {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: runHere(seed, mutation)) }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private static func runHere(_ seed: UInt64, _ mutation: Mutation?) -> SimulationResult {
        do {
            let simulation = try Simulation(seed: seed, mutation: mutation)
            simulation.run()
            return SimulationResult(seed: seed, trace: simulation.trace, violations: simulation.violations)
        } catch {
            return SimulationResult(seed: seed, trace: [], violations: ["it cannot begin: \(error)"])
        }
    }

    /// Runs seeds in ascending order, a few at once.
    ///
    /// - Parameter each: told of every result; false begins no further ones.
    static func run(
        _ seeds: Range<UInt64>, _ mutation: Mutation? = nil, atOnce: Int = 2,
        each: @escaping @Sendable (SimulationResult) -> Bool
    ) async {
        let next = Guarded<UInt64?>(seeds.lowerBound)
        await withTaskGroup(of: Void.self) { workers in
            for _ in 0..<atOnce {
                workers.addTask {
                    while true {
                        let seed = next.withLock { next -> UInt64? in
                            guard let seed = next, seed < seeds.upperBound else { return nil }
                            next = seed + 1
                            return seed
                        }
                        guard let seed else { return }
                        if !each(await run(seed, mutation)) { next.withLock { $0 = nil } }
                    }
                }
            }
        }
    }
}
