import ArgumentParser
import CommandSupport
import KeyHierarchy
import KeyStoreServer
import ServerKit
import ServerOptions

/// `key-store-server invite`: one more setup code.
struct Invite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a setup code with which one person can register, within 24 hours.",
        discussion: """
            Works beside a running server; takes the same --data. The code is the only line on standard output.

            EXAMPLE
              key-store-server invite --public-url https://keys.example.org:7464
            """)

    @OptionGroup(title: "Data") var data: DataOptions<KeyStore>

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "The address to put into the code.",
            discussion: "Default: the server's first --public-url, else the address that it last listened on.",
            valueName: "url"))
    var publicURL: String?

    func run() async throws {
        try await KeyStore.reportingStartupErrors {
            let origin = try publicURL.map { text throws(StartupError) in try ServiceConfiguration.publicURL(text) }
            Terminal.say(try await Invitation.make(dataFolder: data.folder, publicURL: origin).text)
        }
    }
}
