import ArgumentParser

@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloudmls-bench",
        abstract: "Measures how fast CloudMLS servers are.",
        subcommands: [KeyStoreBench.self, BareServer.self])
}
