import ArgumentParser
import CloudMLSClient
import CommandSupport
import KeyHierarchy

struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign in with a recovery code and set a new password.",
        discussion: """
            For when the password is lost. The code is the one that `cloudmls slot add recovery` printed; capitals, \
            spaces, hyphens and line breaks do not matter. It stays good: remove it with `cloudmls slot remove` if \
            somebody else may have seen it. If this is interrupted, run it again.

            Example:
              cloudmls recover alice --auth-delivery https://ad.example.org --code-file paper \
            --new-password-file password
            """)

    @Argument(help: "Your user name.")
    var name: String
    @Option(help: ArgumentHelp("Address of the authentication and delivery server.", valueName: "url"))
    var authDelivery: String
    @Option(
        help: ArgumentHelp("Read the code from a file. Asked for on the terminal otherwise.", valueName: "file"))
    var codeFile: String?
    @Option(help: ArgumentHelp("Read the new password from a file; - is standard input.", valueName: "file"))
    var newPasswordFile: String?
    @OptionGroup(title: "Hashing the password") var kdf: KDFOptions
    @OptionGroup var session: SessionOptions

    func run() async throws {
        let code = try RecoveryCodeInput.read(file: codeFile)
        let context = try await session.recover(name: name, authDelivery: authDelivery, code: code)
        try await session.using(context) { context in
            let password = try PasswordOptions.read(file: newPasswordFile, new: true, prompt: "New password")
            let parameters = try await kdf.parameters()
            Terminal.note("Deriving keys from the password …")
            try await WaysIn(context).changePassword(
                current: nil, new: password, parameters: parameters, allowsWeakerHash: true)
            try session.report(context, done: "The password is set; signed in as")
        }
    }
}

/// A recovery code from a file or the terminal.
enum RecoveryCodeInput {
    static func read(file: String?) throws(CommandFailure) -> RecoveryCode {
        let bytes: [UInt8]
        if let file {
            bytes = try Input.contents(file: file, atMost: 1_024)
        } else {
            bytes = try Terminal.readSecret(prompt: "Recovery code: ")
        }
        do {
            return try RecoveryCode(text: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw CommandFailure(
                .badData, "that is not a recovery code: \(reason(error))",
                advice: "compare it with the paper, group by group; there are nine groups of four.")
        }
    }

    private static func reason(_ error: KeyHierarchyError) -> String {
        switch error.context {
        case "checksum": "a character is wrong or in another place"
        case "symbol": "it has a character that no code has"
        case "version": "it is of another version"
        default: error.context
        }
    }
}
