import ArgumentParser
import CloudMLSClient

struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the messages of a group's chat that this device has not shown yet.",
        discussion: """
            A message that cannot be decrypted is shown as such, with the reason; a text that somebody wrote without \
            CloudMLS is marked as not encrypted.

            Example:
              cloudmls read holiday --all
            """)

    @Argument(help: "The group: its chat's name, or its id.")
    var group: String
    @Flag(help: "Show everything, and leave what is unread as it is.")
    var all = false
    @OptionGroup var folder: FolderOption
    @OptionGroup var session: SessionOptions

    func run() async throws {
        try await session.open { open in
            let conversation = try await folder.conversation(group, open)
            let page = all ? try await conversation.everything() : try await conversation.unread()
            try MessageReport.write(page, json: session.json)
            // Only now: what was interrupted before it was shown is unread still.
            if !all { try await conversation.markRead(page) }
        }
    }
}
