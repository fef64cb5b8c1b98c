import ArgumentParser
import Foundation
import MLSBench
import MLSCrypto

/// `cloudmls-bench mls`.
struct GroupBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mls",
        abstract: "Measures the MLS library: creating, joining, committing, processing, encrypting.",
        discussion: """
            With cipher suite 1 and private messages, on one core. Each row is compared with its floor: the time that the \
            primitives it cannot do without (signatures, HPKE, key generation, AEAD, HKDF, hashes) take between the row's \
            repetitions, straight from the crypto library. What takes less than five milliseconds is done for that long, \
            from the same state, as each primitive is: both find the processor's caches as they left them. Then creating \
            and joining are measured on all cores, right beside as many bare primitives: the medians of some rounds. Of \
            the warm group it says what is stored, and what memory a process with it takes.

            "Cold" is a group right after one commit added everybody, "warm" one in which every member has committed. \
            Warming a group of 1000 takes a minute or more.

            EXAMPLES
              cloudmls-bench mls
              cloudmls-bench mls --members 2 --members 100
              cloudmls-bench mls --json > results.json
            """)

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Option(help: ArgumentHelp("A size of group; can be given several times.", valueName: "count"))
    var members: [Int] = [2, 10, 100, 1_000]

    func validate() throws {
        guard members.allSatisfy({ (2...10_000).contains($0) }) else {
            throw ValidationError("--members takes 2 to 10000.")
        }
    }

    func run() throws {
        let meter = try PrimitiveMeter()
        let provider = try CipherSuiteProviders.provider(for: BenchMember.suite)
        var rows: [GroupReport.Row] = []
        var sizes: [GroupReport.Sizes] = []
        for size in members {
            Self.say("\(size) members: creating, joining, the first commit …")
            var bench = GroupSizeBench(size: size, provider: provider, meter: meter)
            let repetitions = max(5, min(50, 500 / size))
            try bench.measureCold(repetitions: repetitions)
            var reported = ContinuousClock.now
            try bench.measureWarm(repetitions: 50) { count in
                guard ContinuousClock.now - reported > .seconds(2) else { return }
                reported = .now
                Self.say("\(size) members: everybody commits, \(count) have …")
            }
            rows += bench.rows
            if var measured = bench.sizes {
                measured.memory = try bench.warmState.flatMap(GroupMemory.measure)
                sizes.append(measured)
            }
        }
        let speedups = try members.filter { $0 >= 100 }.flatMap { size in
            Self.say("\(size) members: on all cores …")
            return try SpeedupBench(members: size).measure(rounds: max(7, min(51, 5_000 / size)))
        }
        let report = GroupReport(rows: rows, sizes: sizes, speedups: speedups)
        print(json ? try report.json : report.text)
    }

    /// Progress goes to standard error, so that results can be piped.
    private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
