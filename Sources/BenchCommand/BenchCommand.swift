import ArgumentParser

@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloudmls-bench",
        abstract: "Measures how fast CloudMLS servers are, and verifies MLS test vectors.",
        subcommands: [KeyStoreBench.self, VerifyVectors.self, BareServer.self])
}
