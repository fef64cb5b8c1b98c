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
        serial = try SwiftCryptoProvider.provider(for: BenchMember.suite)
        parallel = try SwiftCryptoProvider.parallelProvider(for: BenchMember.suite)
    }

    /// The fastest of some rounds, each of which does everything on one core and on all: whatever else the machine does
    /// makes things slower, never faster.
    package func measure(rounds: Int) throws -> [GroupReport.Speedup] {
        var joiner = try BenchMember("joiner", provider: serial)
        let own = try joiner.keyPackage()
        let packages =
            try (2..<members).map { try BenchMember("member \($0)", provider: serial).keyPackage().keyPackage }
            + [own.keyPackage]
        var best: [Measured: Double] = [:]
        func time(_ what: Measured, _ body: () throws -> Void) rethrows {
            best[what] = min(best[what] ?? .infinity, try Stopwatch.once(.wall, body))
        }
        let verify = try Self.verification()
        for _ in 0..<rounds {
            for (provider, isParallel) in [(serial, false), (parallel, true)] {
                var creator = try BenchMember("creator", provider: provider)
                var added: StagedCommit?
                try time(Measured(kind: .create, isParallel: isParallel)) {
                    try creator.create()
                    added = try creator.commit(adding: packages)
                }
                guard let added else { throw BenchFault("nothing was added") }
                joiner.provider = provider
                try time(Measured(kind: .join, isParallel: isParallel)) { try joiner.join(added, with: own) }
            }
            time(Measured(kind: nil, isParallel: false)) { for index in 0..<members { verify(index) } }
            time(Measured(kind: nil, isParallel: true)) {
                DispatchQueue.concurrentPerform(iterations: members, execute: verify)
            }
        }
        func factor(_ kind: GroupReport.Kind?) -> Double {
            let one = best[Measured(kind: kind, isParallel: false)] ?? 0
            return one / (best[Measured(kind: kind, isParallel: true)] ?? .infinity)
        }
        return [.create, .join].map { kind in
            GroupReport.Speedup(members: members, kind: kind, factor: factor(kind), primitives: factor(nil))
        }
    }

    private struct Measured: Hashable {
        /// `nil` for the bare primitives.
        var kind: GroupReport.Kind?
        var isParallel: Bool
    }

    private static func verification() throws -> @Sendable (Int) -> Void {
        let signer = Curve25519.Signing.PrivateKey()
        let message = Data(repeating: 7, count: 200)
        let signature = try signer.signature(for: message)
        let key = signer.publicKey
        return { _ in _ = key.isValidSignature(signature, for: message) }
    }
}
