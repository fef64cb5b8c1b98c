import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import CommandSupport

struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Groups: who can read a chat's messages.",
        subcommands: [
            Create.self, Add.self, Remove.self, Leave.self, Refresh.self, List.self, Members.self,
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a group for a chat.",
            discussion: """
                Everybody needs an account on the same platform. Nobody is added unless all can be.

                Example:
                  cloudmls group create holiday --member folder:bob
                """)

        @Argument(help: "The chat's name on the platform; it stands for the group in other commands.")
        var name: String
        @Option(
            name: .customLong("member"),
            help: ArgumentHelp("Whom to add at once; may be repeated.", valueName: "platform:account-id"),
            transform: AccountArgument.parse)
        var members: [AccountAddress] = []
        @Option(
            name: .customLong("as"),
            help: ArgumentHelp(
                "Which of your accounts creates it, where you have several.", valueName: "platform:account-id"),
            transform: AccountArgument.parse)
        var account: AccountAddress?
        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.open { open in
                let account = try await ownAccount(open.messenger)
                let group = try await open.messenger.createGroup(chat: name, account: account, members: members)
                try await GroupReport.write(group, open.messenger, json: session.json)
            }
        }

        private func ownAccount(_ messenger: Messenger) async throws -> AccountAddress {
            if let account { return account }
            let accounts = try await messenger.accounts().map(\.account)
            guard let first = accounts.first else {
                throw CommandFailure(
                    .unknownName, "you have no account on a messenger yet", advice: "run `cloudmls account add` first.")
            }
            guard accounts.count == 1 else {
                throw CommandFailure(
                    .usage, "you have several accounts", advice: "say with --as which of them creates the group.")
            }
            return first
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add members: they read what follows, not what was before.",
            discussion: """
                Example:
                  cloudmls group add holiday folder:carol
                """)

        @OptionGroup var change: MembershipArguments

        func run() async throws {
            try await change.session.open { open in
                let group = try await open.messenger.group(named: change.group).id
                try await open.messenger.addMembers(change.members, to: group)
                try await GroupReport.write(group, open.messenger, json: change.session.json)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove members: they keep what they read, and read nothing that follows.",
            discussion: """
                Example:
                  cloudmls group remove holiday folder:carol
                """)

        @OptionGroup var change: MembershipArguments

        func run() async throws {
            try await change.session.open { open in
                let group = try await open.messenger.group(named: change.group).id
                try await open.messenger.removeMembers(change.members, from: group)
                try await GroupReport.write(group, open.messenger, json: change.session.json)
            }
        }
    }

    struct Leave: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Leave a group: ask the others to remove you.",
            discussion: """
                Nobody can remove itself: it happens when another member next sends or changes something. What you \
                received before can still be read.

                Example:
                  cloudmls group leave holiday
                """)

        @Argument(help: "The group: its chat's name, or its id.")
        var group: String
        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.open { open in
                let group = try await open.messenger.group(named: group).id
                try await open.messenger.leave(group)
                try await GroupReport.write(group, open.messenger, json: session.json)
            }
        }
    }

    struct Refresh: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Renew your keys in a group, so that whoever learnt the old ones reads nothing that follows.",
            discussion: """
                Example:
                  cloudmls group refresh holiday
                """)

        @Argument(help: "The group: its chat's name, or its id.")
        var group: String
        @Flag(help: "Only propose it: it happens when another member next sends or changes something.")
        var propose = false
        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.open { open in
                let group = try await open.messenger.group(named: group).id
                if propose {
                    try await open.messenger.proposeRefresh(group)
                } else {
                    try await open.messenger.refresh(group)
                }
                try await GroupReport.write(group, open.messenger, json: session.json)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List your groups.",
            discussion: """
                Example:
                  cloudmls group list --json
                """)

        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.open { open in
                try await open.syncToRead()
                let groups = try await open.messenger.groups()
                if session.json { return try JSONOutput.write(["groups": groups.map(GroupReport.init)]) }
                for group in groups {
                    Terminal.writeOutput(GroupReport(group).line)
                }
            }
        }
    }

    struct Members: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a group's members.",
            discussion: """
                Example:
                  cloudmls group members holiday
                """)

        @Argument(help: "The group: its chat's name, or its id.")
        var group: String
        @OptionGroup var session: SessionOptions

        func run() async throws {
            try await session.open { open in
                try await open.syncToRead()
                let group = try await open.messenger.group(named: group).id
                let members = try await open.messenger.members(of: group).map(\.description)
                if session.json { return try JSONOutput.write(["members": members]) }
                for member in members {
                    Terminal.writeOutput(Terminal.safe(member) + "\n")
                }
            }
        }
    }
}

/// What `group add` and `group remove` take.
struct MembershipArguments: ParsableArguments {
    @Argument(help: "The group: its chat's name, or its id.")
    var group: String
    @Argument(help: "Accounts: platform:account-id.", transform: AccountArgument.parse)
    var members: [AccountAddress]
    @OptionGroup var session: SessionOptions
}
