import Crypto
import Dispatch
import Foundation
import MLS
import MLSCrypto

/// Measures how much faster creating and joining are on all cores, beside as many bare primitives.
package struct SpeedupBench {
    private let members: Int
    private let serial: any CipherSuiteProvider
    private let parallel: any CipherSuiteProvider

    package init(members: Int) throws {
        self.members = members
        serial = try CipherSuiteProviders.provider(for: BenchMember.suite)
        parallel = try CipherSuiteProviders.parallelProvider(for: BenchMember.suite)
    }

    /// The medians of some rounds, each of which does everything on one core and on all, one right after the other:
    /// whatever else the machine does falls on both.
    package func measure(rounds count: Int) throws -> [GroupReport.Speedup] {
        var joiner = try BenchMember("joiner", provider: serial)
        let own = try joiner.keyPackage()
        let packages =
            try (2..<members).map { try BenchMember("member \($0)", provider: serial).keyPackage().keyPackage }
            + [own.keyPackage]
        let verify = try Self.verification()
        var rounds: [GroupReport.Kind: [GroupReport.Speedup.Round]] = [:]
        for _ in 0..<count {
            let primitives = Self.factor { isParallel in
                if isParallel {
                    DispatchQueue.concurrentPerform(iterations: members, execute: verify)
                } else {
                    for index in 0..<members { verify(index) }
                }
            }
            var added: StagedCommit?
            let created = try Self.factor { isParallel in
                var creator = try BenchMember("creator", provider: isParallel ? parallel : serial)
                try creator.create()
                added = try creator.commit(adding: packages)
            }
            guard let added else { throw BenchFault("nothing was added") }
            let joined = try Self.factor { isParallel in
                joiner.provider = isParallel ? parallel : serial
                try joiner.join(added, with: own)
            }
            rounds[.create, default: []].append((created, primitives))
            rounds[.join, default: []].append((joined, primitives))
        }
        return [.create, .join].map { GroupReport.Speedup(members: members, kind: $0, rounds: rounds[$0] ?? []) }
    }

    /// How many times as fast something is in parallel.
    private static func factor(_ body: (_ isParallel: Bool) throws -> Void) rethrows -> Double {
        let one = try Stopwatch.once(.wall) { try body(false) }
        return one / max(try Stopwatch.once(.wall) { try body(true) }, 1e-9)
    }

    private static func verification() throws -> @Sendable (Int) -> Void {
        let signer = Curve25519.Signing.PrivateKey()
        let message = Data(repeating: 7, count: 200)
        let signature = try signer.signature(for: message)
        let key = signer.publicKey
        return { _ in _ = key.isValidSignature(signature, for: message) }
    }
}
