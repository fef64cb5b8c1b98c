import ArgumentParser

@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloudmls-bench",
        abstract: "Measures how fast CloudMLS is, and verifies MLS test vectors.",
        subcommands: [VerifyVectors.self, GroupBench.self, KeyStoreBench.self, BareServer.self])
}
