import ArgumentParser
import CloudMLSClient

struct Decrypt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decrypt standard input, whichever group it is of, to standard output.",
        discussion: """
            What was not encrypted is an error, so that nobody takes it for a message that was. With --json the sender \
            is shown too.

            Example:
              cloudmls decrypt < sealed.txt
            """)

    @OptionGroup var session: SessionOptions

    func run() async throws {
        try await session.open { open in
            let text = try Input.text(file: nil)
            try await open.syncToRead()
            let read = try await open.messenger.decrypt(text)
            try MessageReport.write(decrypted: ConversationMessage.Content(read), json: session.json)
        }
    }
}
