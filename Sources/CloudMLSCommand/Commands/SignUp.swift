import ArgumentParser
import CloudMLSClient

struct SignUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-up",
        abstract: "Make an account on the authentication and delivery server and on your key store.",
        discussion: """
            The setup code comes from whoever runs the key store: it is in the file `setup-code` of its data folder, \
            and `key-store-server invite` makes more. One password opens both servers. Nobody can look it up for you: \
            make a recovery code with `cloudmls slot add recovery` when you are done. If this is interrupted, run it \
            again with the same name, password and code.

            Example:
              cloudmls sign-up alice --auth-delivery https://ad.example.org --setup-code-file setup-code \
            --password-file password
            """)

    @Argument(help: "Your user name on both servers: 3 to 64 of a-z, 0-9, dot, _ and -.")
    var name: String
    @Option(help: ArgumentHelp("Address of the authentication and delivery server.", valueName: "url"))
    var authDelivery: String
    @Option(help: ArgumentHelp("The key store's setup code.", valueName: "code"))
    var setupCode: String?
    @Option(help: ArgumentHelp("Read the setup code from a file; - is standard input.", valueName: "file"))
    var setupCodeFile: String?
    @OptionGroup(title: "Hashing the password") var kdf: KDFOptions
    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard (setupCode == nil) != (setupCodeFile == nil) else {
            throw ValidationError("give either --setup-code or --setup-code-file")
        }
    }

    func run() async throws {
        let code = try setupCode ?? String(decoding: Input.line(file: setupCodeFile ?? "-"), as: UTF8.self)
        let context = try await session.signUp(
            name: name, authDelivery: authDelivery, setupCode: code, kdf: kdf)
        try await session.using(context) { try session.report($0, done: "Signed up as") }
    }
}
