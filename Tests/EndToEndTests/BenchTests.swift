import Foundation
import Testing

/// The bench measures what it says. How fast things are is for `Deploy/bench/key-store` to show, on an idle machine.
struct BenchTests {
    private struct Report: Decodable {
        struct Rate: Decodable {
            var connections: Int
            var perSecond: Double
        }
        struct Row: Decodable {
            var name: String
            var rate: Rate
            var bare: Rate
        }
        struct Memory: Decodable {
            var objects: Int
            var rssAnonAfterStart: Double
        }
        struct PasswordChange: Decodable {
            var objects: Int
            var milliseconds: Double
            var hashingMilliseconds: Double
        }
        var rows: [Row]
        var passwordChanges: [PasswordChange]
        var memory: Memory
    }

    @Test func itMeasuresAServerOfItsOwnBesideABareOne() async throws {
        let place = try TemporaryFolder()
        let outcome = try await ChildProcess(
            Executables.url("cloudmls-bench"),
            ["key-store", "--json", "--seconds", "0.2", "--connections", "4", "--objects", "100"],
            environment: ["TMPDIR": place.url.path], folder: place.url, name: "bench"
        ).outcome()
        try #require(outcome.status == 0, "\(outcome)")
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        #expect(report.rows.map(\.rate.connections) == Array(repeating: 1, count: 8) + Array(repeating: 4, count: 8))
        #expect(Set(report.rows.map(\.name)).count == 8)
        for row in report.rows {
            #expect(row.rate.perSecond > 0, "\(row.name)")
            #expect(row.bare.perSecond > 0, "\(row.name)")
        }
        #expect(report.passwordChanges.map(\.objects) == [0, 100])
        for change in report.passwordChanges {
            #expect(change.hashingMilliseconds > 0 && change.milliseconds > change.hashingMilliseconds)
        }
        #expect(report.memory.objects == 100)
        #expect(report.memory.rssAnonAfterStart > 0)
        // What it started is gone, and so is the folder.
        let left = try FileManager.default.contentsOfDirectory(atPath: place.url.path)
        #expect(!left.contains { $0.hasPrefix("cloudmls-bench-") })
    }
}
