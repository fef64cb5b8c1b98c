import ArgumentParser
import CommandSupport
import KeyStoreServer
import ServerKit
import ServerOptions

/// `key-store-server disable`: keeps a user out.
struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a user's sessions, and keep the user from signing in. Nothing is deleted.",
        discussion: """
            Works beside a running server, at once. A login is answered as if the password were \
            wrong.

            EXAMPLE
              key-store-server disable bob
            """)

    @Argument(help: "The user.") var name: String
    @OptionGroup(title: "Data") var data: DataOptions<KeyStore>

    func run() async throws {
        try await KeyStore.reportingStartupErrors {
            try await UserAdministration(dataFolder: data.folder).disable(name)
            Terminal.say("\(name) is signed out everywhere, and cannot sign in.")
        }
    }
}

/// `key-store-server enable`: lets a user in again.
struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a user sign in again that was disabled.",
        discussion: """
            EXAMPLE
              key-store-server enable bob
            """)

    @Argument(help: "The user.") var name: String
    @OptionGroup(title: "Data") var data: DataOptions<KeyStore>

    func run() async throws {
        try await KeyStore.reportingStartupErrors {
            try await UserAdministration(dataFolder: data.folder).enable(name)
            Terminal.say("\(name) can sign in again.")
        }
    }
}

/// `key-store-server remove`: deletes a user.
struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete a user with everything that the user stored, for good.",
        discussion: """
            Works beside a running server. Nobody can read that user's history afterwards, unless \
            there is a backup. Asks for the name again, unless --yes says that you mean it.

            EXAMPLE
              key-store-server remove bob --yes
            """)

    @Argument(help: "The user.") var name: String
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup(title: "Data") var data: DataOptions<KeyStore>

    func run() async throws {
        try await KeyStore.reportingStartupErrors {
            let users = try UserAdministration(dataFolder: data.folder)
            if !yes {
                Terminal.complain("This deletes everything that \(name) stored, for good. Type the name to go on:")
                guard readLine() == name else {
                    throw StartupError(.configuration, "Nothing was deleted: that was another name. See --yes.")
                }
            }
            try await users.remove(name)
            Terminal.say("\(name) and everything that \(name) stored are deleted.")
        }
    }
}
