import Foundation
import MLSBench
import MLSCrypto
import Testing

@Suite struct GroupReportTests {
    private func report() throws -> GroupReport {
        var bench = GroupSizeBench(
            size: 3, provider: try CipherSuiteProviders.provider(for: BenchMember.suite), meter: try PrimitiveMeter())
        try bench.measureCold(repetitions: 2)
        try bench.measureWarm(repetitions: 2) { _ in }
        return GroupReport(
            rows: bench.rows, sizes: [try #require(bench.sizes)],
            speedups: try SpeedupBench(members: 3).measure(rounds: 1))
    }

    @Test func theJSONHasEveryRowWithItsRatio() throws {
        let report = try report()
        let object = try JSONSerialization.jsonObject(with: Data(try report.json.utf8))
        let top = try #require(object as? [String: Any])
        let rows = try #require(top["rows"] as? [[String: Any]])
        #expect(rows.compactMap { $0["kind"] as? String } == GroupReport.Kind.allCases.map(\.rawValue))
        for row in rows {
            #expect(row["members"] as? Int == 3)
            let seconds = try #require(row["seconds"] as? Double)
            let floor = try #require(row["floor"] as? Double)
            let ratio = try #require(row["ratio"] as? Double)
            #expect(seconds > 0 && floor > 0)
            #expect(abs(ratio - seconds / floor) < 1e-6 * ratio)
            let primitives = try #require(row["primitives"] as? [String: Double])
            #expect(primitives.count == 12 && primitives.values.allSatisfy { $0 > 0 })
        }
        let sizes = try #require((top["sizes"] as? [[String: Any]])?.first)
        #expect(try #require(sizes["epochRecord"] as? Int) <= 400)
        #expect(sizes["afterMessage"] as? Int == 4)
        let saved = try #require(sizes["afterCommit"] as? Int)
        let whole = try #require(sizes["wholeGroup"] as? Int)
        #expect(saved > 0 && whole >= 3 * 200)
        let speedups = try #require(top["speedups"] as? [[String: Any]])
        #expect(speedups.compactMap { $0["kind"] as? String } == ["create", "join"])
        for speedup in speedups { #expect(try #require(speedup["share"] as? Double) > 0) }
        _ = try JSONDecoder().decode(GroupReport.self, from: Data(try report.json.utf8))
    }

    @Test func theTableShowsTheRatio() throws {
        let report = try report()
        let lines = report.text.split(separator: "\n")
        for row in report.rows {
            let line = try #require(lines.first { $0.hasPrefix(row.kind.rawValue) })
            #expect(line.hasSuffix(String(format: "%.2f", row.ratio)))
        }
    }

    /// The rows that RFC 9420 lets be counted by hand.
    @Test func theFloorCountsWhatTheRFCAsksFor() {
        let encrypt = UnavoidableWork(.encrypt, UnavoidableWork.Lengths(members: 1_000))
        #expect((encrypt.signatures, encrypt.aeads, encrypt.expansions) == (1, 2, 5))
        let join = UnavoidableWork(.join, UnavoidableWork.Lengths(members: 1_000))
        #expect((join.verifications, join.opens, join.seals) == (1_001, 1, 0))
        let warm = UnavoidableWork(.commitWarm, UnavoidableWork.Lengths(members: 1_000))
        #expect((warm.keyGenerations, warm.seals, warm.signatures) == (11, 10, 2))
        let cold = UnavoidableWork(.commitCold, UnavoidableWork.Lengths(members: 1_000, commit: 500))
        #expect((cold.seals, cold.aeadBytes, cold.signatureBytes) == (999, 500, 1_000))
        var primitives = Primitives()
        primitives.verify = 2
        primitives.aead = 0.5
        #expect(UnavoidableWork(.decrypt, UnavoidableWork.Lengths(members: 2)).cost(primitives) == 3)
    }
}
