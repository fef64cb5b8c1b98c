import ArgumentParser
import CloudMLSClient

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encrypt a text and send it to a group's chat.",
        discussion: """
            The text is any UTF-8, sent as it is, from standard input or a file. It is safe to interrupt: the message is \
            sent or it is not.

            Example:
              echo 'The lake is warm.' | cloudmls send holiday
            """)

    @Argument(help: "The group: its chat's name, or its id.")
    var group: String
    @Option(help: ArgumentHelp("Read the text from a file; - is standard input.", valueName: "file"))
    var file: String?
    @OptionGroup var folder: FolderOption
    @OptionGroup var session: SessionOptions

    func run() async throws {
        try await session.open { session in
            let text = try Input.text(file: file)
            try await folder.conversation(group, session).send(text)
        }
    }
}
