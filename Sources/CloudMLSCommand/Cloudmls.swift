import ArgumentParser
import CommandSupport

/// The command line: parses, calls the client library, and turns errors into an exit status and two lines.
@main
struct Cloudmls: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloudmls",
        abstract: "End-to-end encrypted messages over the messengers that people use already.",
        discussion: """
            Your keys are in a key store, encrypted under your password; the authentication and delivery server brings \
            people together. A message goes as text over any platform; `send` and `read` use a folder that people share.

            Exit status:
            \(ExitStatus.allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n"))

            Errors are two lines on standard error: `error:` says what happened, `what to do:` what helps.
            """,
        version: "0.1.0",
        subcommands: [
            SignUp.self, SignIn.self, SignOut.self, WhoAmI.self, Passwd.self, Recover.self, SlotCommand.self,
            SessionCommand.self, AccountCommand.self, GroupCommand.self, Send.self,
            Read.self, Encrypt.self, Decrypt.self, Rotate.self, KeyStoreCommand.self,
        ])

    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if let failure = CommandFailure(error) {
            report(failure)
        }
        guard exitCode(for: error) == .validationFailure else {
            // Help and version are "errors" too, and say themselves where they belong.
            if exitCode(for: error).isSuccess || error is ExitCode { exit(withError: error) }
            report(
                CommandFailure(
                    .fault, "an unexpected error: \(String(describing: type(of: error)))",
                    advice: "run the command again; if it fails again, report it."))
        }
        report(
            CommandFailure(
                .usage, message(for: error), advice: "see `cloudmls --help`, or --help after the command's name."))
    }

    private static func report(_ failure: CommandFailure) -> Never {
        // One line each, without the full stop of the library's sentences.
        let message = failure.message.hasSuffix(".") ? String(failure.message.dropLast()) : failure.message
        Terminal.writeError("error: \(Terminal.safe(message))\nwhat to do: \(Terminal.safe(failure.advice))\n")
        exit(withError: ExitCode(failure.status.rawValue))
    }
}
