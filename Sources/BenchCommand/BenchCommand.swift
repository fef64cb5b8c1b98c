import ArgumentParser

@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloudmls-bench",
        abstract: "Measures how fast CloudMLS is, verifies MLS test vectors, and works with other MLS libraries.",
        subcommands: [
            VerifyVectors.self, Peer.self, GroupBench.self, GroupMemory.self, KeyStoreBench.self, BareServer.self,
        ])
}
