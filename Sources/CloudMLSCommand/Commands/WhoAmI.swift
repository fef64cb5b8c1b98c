import ArgumentParser
import CloudMLSClient

struct WhoAmI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show who is signed in on this device, and at which servers.",
        discussion: """
            Example:
              cloudmls whoami --json
            """)

    @OptionGroup var session: SessionOptions

    func run() async throws {
        try await session.using(try await session.resume()) { try session.report($0, done: "Signed in as") }
    }
}
