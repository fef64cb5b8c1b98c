import ArgumentParser
import CloudMLSClient

struct SignIn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-in",
        abstract: "Sign in on this device: the address, your name and your password are all that is needed.",
        discussion: """
            Leaves a session file in the client folder: whoever can read that file can read your messages. With \
            --no-session nothing secret is kept, and each command asks for the password.

            Example:
              cloudmls sign-in alice --auth-delivery https://ad.example.org --password-file password
            """)

    @Argument(help: "Your user name.")
    var name: String
    @Option(help: ArgumentHelp("Address of the authentication and delivery server.", valueName: "url"))
    var authDelivery: String
    @OptionGroup var session: SessionOptions

    func run() async throws {
        let context = try await session.signIn(name: name, authDelivery: authDelivery)
        try await session.using(context) { try session.report($0, done: "Signed in as") }
    }
}
