import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import CommandSupport
import Foundation

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Your accounts on messengers.",
        subcommands: [Add.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an account on a messenger, so that others can add you to their groups.",
            discussion: """
                The platform `folder` is a directory that people share, with Syncthing, Dropbox or NFS. Names in it are \
                first come, first served. Running it again with another folder changes the folder.

                Example:
                  cloudmls account add folder:alice --folder shared-folder
                """)

        @Argument(help: "platform:account-id", transform: AccountArgument.parse)
        var account: AccountAddress
        @Option(
            help: ArgumentHelp(
                "The shared directory of a folder account; kept, sealed, with the account's settings.",
                valueName: "directory"))
        var folder: String?
        @OptionGroup var session: SessionOptions

        func validate() throws {
            guard account.platform == FolderPlatform.platformName else {
                throw ValidationError(
                    "there is no platform '\(account.platform)' yet; the one that there is, is 'folder'")
            }
            guard folder != nil else {
                throw ValidationError("give --folder, the directory that you share")
            }
        }

        func run() async throws {
            try await session.open {
                try await $0.messenger.addAccount(account, settings: FolderPlatform.settings(path: absolutePath()))
            }
            if !session.json { Terminal.writeOutput("Added \(Terminal.safe(account.description)).\n") }
        }

        /// The settings are read on other days and in other folders.
        private func absolutePath() -> String {
            let path = folder ?? "."
            return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List your accounts.",
            discussion: """
                Example:
                  cloudmls account list --json
                """)

        @OptionGroup var session: SessionOptions

        func run() async throws {
            struct Row: Encodable {
                var account: String
                var settings: [String: String]
            }
            try await session.open { open in
                let rows = try await open.messenger.accounts().map {
                    Row(account: $0.account.description, settings: $0.settings)
                }
                if session.json { return try JSONOutput.write(["accounts": rows]) }
                for row in rows {
                    let settings = row.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                    Terminal.writeOutput(Terminal.safe(([row.account] + settings).joined(separator: "  ")) + "\n")
                }
            }
        }
    }
}

/// `platform:account-id` on the command line.
enum AccountArgument {
    static func parse(_ text: String) throws -> AccountAddress {
        guard let account = try? AccountAddress(typed: text) else {
            throw ValidationError("'\(text)' is not platform:account-id, such as folder:alice")
        }
        return account
    }
}
