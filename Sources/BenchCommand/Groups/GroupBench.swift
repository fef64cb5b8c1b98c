import ArgumentParser
import Crypto
import Dispatch
import Foundation
import MLS
import MLSCrypto

/// `cloudmls-bench mls`.
struct GroupBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mls",
        abstract: "Measures the MLS library: creating, joining, committing, processing, encrypting.",
        discussion: """
            With cipher suite 1 and private messages, on one core. Each row is compared with its floor: the time that the \
            primitives it cannot do without (signatures, HPKE, key generation, AEAD, HKDF) take in the same run, straight \
            from the crypto library. Then creating and joining are measured on all cores, beside as many bare primitives.

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
        let primitives = try Primitives()
        let provider = try SwiftCryptoProvider.provider(for: BenchMember.suite)
        var rows: [GroupReport.Row] = []
        for size in members {
            Self.say("\(size) members: creating, joining, the first commit …")
            var bench = GroupSizeBench(size: size, provider: provider, clock: .processor)
            let repetitions = max(3, min(50, 500 / size))
            try bench.measureCold(repetitions: repetitions)
            var reported = ContinuousClock.now
            try bench.measureWarm(repetitions: max(repetitions, 20)) { count in
                guard ContinuousClock.now - reported > .seconds(2) else { return }
                reported = .now
                Self.say("\(size) members: everybody commits, \(count) have …")
            }
            rows += bench.rows
        }
        var report = GroupReport(primitives: primitives, rows: rows)
        report.speedups = try members.filter { $0 >= 100 }.flatMap { try speedups(members: $0) }
        print(json ? try report.json : report.text)
    }

    private func speedups(members: Int) throws -> [GroupReport.Speedup] {
        Self.say("\(members) members: on all cores …")
        func times(_ provider: any CipherSuiteProvider) throws -> [GroupReport.Row] {
            var bench = GroupSizeBench(size: members, provider: provider, clock: .wall)
            try bench.measureCold(repetitions: 3, isWhole: false)
            return bench.rows
        }
        let one = try times(try SwiftCryptoProvider.provider(for: BenchMember.suite))
        let all = try times(try SwiftCryptoProvider.parallelProvider(for: BenchMember.suite))
        let primitives = try Self.primitiveSpeedup(count: members)
        return zip(one, all).map { one, all in
            GroupReport.Speedup(
                members: members, kind: one.kind, factor: one.seconds / all.seconds, primitives: primitives)
        }
    }

    /// How much faster signatures are verified on all cores.
    private static func primitiveSpeedup(count: Int) throws -> Double {
        let signer = Curve25519.Signing.PrivateKey()
        let message = Data(repeating: 7, count: 200)
        let signature = try signer.signature(for: message)
        let key = signer.publicKey
        let verify: @Sendable (Int) -> Void = { _ in _ = key.isValidSignature(signature, for: message) }
        let one = Stopwatch.seconds(.wall) { for index in 0..<count { verify(index) } }
        let all = Stopwatch.seconds(.wall) { DispatchQueue.concurrentPerform(iterations: count, execute: verify) }
        return one / all
    }

    /// Progress goes to standard error, so that results can be piped.
    private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
