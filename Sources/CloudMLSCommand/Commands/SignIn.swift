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
    @Flag(help: "Sign in with this device's own key, which `slot add device` made, and no password.")
    var deviceKey = false
    @Option(
        help: ArgumentHelp(
            "Read the key store's password from a file, where it differs after a change that was cut short.",
            valueName: "file"))
    var keyStorePasswordFile: String?
    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard !deviceKey || !session.noSession else {
            throw ValidationError("--device-key keeps a session: leave out --no-session")
        }
    }

    func run() async throws {
        let context =
            if deviceKey {
                try await session.signInWithDeviceKey(name: name, authDelivery: authDelivery)
            } else {
                try await session.signIn(
                    name: name, authDelivery: authDelivery, keyStorePasswordFile: keyStorePasswordFile)
            }
        try await session.using(context) { try session.report($0, done: "Signed in as") }
    }
}
