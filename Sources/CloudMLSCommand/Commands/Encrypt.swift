import ArgumentParser
import CloudMLSClient
import CommandSupport

struct Encrypt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encrypt standard input for a group, to standard output: for any program that carries text.",
        discussion: """
            Example:
              echo 'The lake is warm.' | cloudmls encrypt holiday > sealed.txt
            """)

    @Argument(help: "The group: its chat's name, or its id.")
    var group: String
    @OptionGroup var session: SessionOptions

    func run() async throws {
        try await session.open { session in
            let text = try Input.text(file: nil)
            let group = try await session.messenger.group(named: group)
            Terminal.writeOutput(try await session.messenger.encrypt(text, for: group.id) + "\n")
        }
    }
}
