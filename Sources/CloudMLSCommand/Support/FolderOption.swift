import ArgumentParser
import CloudMLSClient

/// Where the chat of a group is.
struct FolderOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The shared directory, in place of the one in the account's settings.", valueName: "directory"))
    var folder: String?

    /// - Throws: `CommandFailure` where the group's account has no shared directory.
    func conversation(_ name: String, _ session: Session) async throws -> Conversation {
        let group = try await session.messenger.group(named: name)
        var path = folder
        if path == nil {
            let accounts = try await session.messenger.accounts()
            path = accounts.first { $0.account == group.account }.flatMap { FolderPlatform.path(in: $0.settings) }
        }
        guard let path else {
            throw CommandFailure(
                .configuration, "\(group.account) has no shared directory",
                advice: "give --folder, or carry the text yourself with `cloudmls encrypt` and `cloudmls decrypt`.")
        }
        return session.messenger.conversation(in: group, on: FolderPlatform(path: path))
    }
}
