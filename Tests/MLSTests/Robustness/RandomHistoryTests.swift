import Foundation
import MLS
import Testing

/// Honest members that processed the same commits agree, whatever they do and whatever becomes of their messages.
///
/// `MLS_PROPERTY_SEEDS=FIRST:COUNT` runs other seeds than the usual ones, and more of them; a seed repeats exactly what was
/// done.
@Suite struct RandomHistoryTests {
    private static let seeds: [UInt64] = {
        let numbers = (ProcessInfo.processInfo.environment["MLS_PROPERTY_SEEDS"] ?? "0:8").split(separator: ":")
        guard numbers.count == 2, let first = UInt64(numbers[0]), let count = UInt64(numbers[1]) else { return [] }
        return (0..<count).map { first &+ $0 }
    }()

    @Test func theSeedsAreSome() {
        #expect(!Self.seeds.isEmpty, "MLS_PROPERTY_SEEDS takes FIRST:COUNT")
    }

    @Test(arguments: seeds)
    func membersOfAnEpochAgree(_ seed: UInt64) throws {
        var history = try RandomHistory(seed: seed)
        do {
            try history.run(steps: 500)
        } catch {
            let last = history.trace.lines.suffix(60).joined(separator: "\n")
            Issue.record(
                """
                \(error)
                again: MLS_PROPERTY_SEEDS=\(seed):1 swift test -c release --filter RandomHistoryTests
                what happened last:
                \(last)
                """)
        }
    }

    /// Else the histories would say less than they seem to.
    @Test func everythingHappens() throws {
        var counts: [String: Int] = [:]
        for seed: UInt64 in 1_000..<1_006 {
            var history = try RandomHistory(seed: seed)
            try history.run(steps: 500)
            counts.merge(history.trace.counts) { $0 + $1 }
        }
        for what in [
            "read", "read in a past epoch", "read late", "refused: usedKey", "refused: generationTooHigh",
            "refused: wrongEpoch", "proposal twice", "stale", "proposal received", "commit received", "commit dropped",
            "caught up",
            "fetched proposals", "joined", "reloaded", "said", "staged", "lost", "accepted", "proposed from outside",
            "joins by itself", "comes back", "external lost", "proposed to add ", "proposed to remove leaf ",
            "proposed an Update", "proposed a pre-shared key", "proposed extensions", "proposed to leave",
            "proposed to start over", "ending", "over", "started over", "starts over", "branched", "joins a branch",
            "follows later", "follows nobody", "wrong group",
        ] {
            #expect(counts[what, default: 0] > 0, "\(what) does not happen: \(counts.sorted { $0.key < $1.key })")
        }
    }
}
