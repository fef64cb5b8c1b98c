import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import CommandSupport
import KeyHierarchy

extension KeyStoreCommand {
    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move everything to another key store; your password and your other devices stay as they are.",
            discussion: """
                The setup code comes from whoever runs the new key store (`key-store-server invite`). While your data is \
                copied it can be read everywhere and not be written. Both key stores compare what they have, then the old \
                one says that it is no longer the place, and your other devices follow by themselves.

                Stopped at any point, the command goes on where it was when it is run again with the same code. Until the \
                old key store has said so, --cancel takes the move back.

                Example:
                  cloudmls key-store move --to-file new-setup-code --password-file password
                """)

        @Option(help: ArgumentHelp("The new key store's setup code.", valueName: "code"))
        var to: String?
        @Option(help: ArgumentHelp("Read the setup code from a file; - is standard input.", valueName: "file"))
        var toFile: String?
        @Option(help: "Your user name at the new key store, where yours is taken there.")
        var name: String?
        @Flag(help: "Take back a move that is under way: the old key store stays the place.")
        var cancel = false
        @OptionGroup var progress: ProgressOptions
        @OptionGroup var session: SessionOptions

        func validate() throws {
            let codes = (to == nil ? 0 : 1) + (toFile == nil ? 0 : 1)
            guard codes == (cancel ? 0 : 1) else {
                throw ValidationError("give either --to, --to-file or --cancel")
            }
        }

        private struct Answer: Encodable {
            var keyStore: String
            var moved: Bool
        }

        func run() async throws {
            let code = cancel ? nil : try KeyStoreCommand.setupCode(to, file: toFile)
            let name = try name.map { try SessionOptions.userName($0) }
            // With --no-session signing in asks for it already, and it may come from standard input.
            let known = session.noSession ? try session.password.password() : nil
            try await session.using(try await session.resume(password: known)) { context in
                let moves = KeyStoreMoves(context)
                guard let code else {
                    try await moves.cancel()
                    return try report(context.keyStoreOrigin, moved: false, "The move is off: your data stays at")
                }
                let moved = try await move(moves, to: code, name) { try known ?? session.password.password() }
                try report(code.origin, moved: moved, moved ? "Your data has moved to" : "Your data is already at")
            }
        }

        private func move(
            _ moves: KeyStoreMoves, to code: SetupCode, _ name: UserName?,
            password: @escaping @Sendable () throws -> Password
        ) async throws -> Bool {
            let bar = progress.bar(unit: "objects")
            defer { bar.end() }
            do {
                return try await Interruption.stopping {
                    try await moves.move(to: code, userName: name, password: password) { progress in
                        bar.show(done: Int(clamping: progress.copied), of: Int(clamping: progress.total))
                    }
                }
            } catch is Interruption.Interrupted {
                bar.end()
                throw CommandFailure(
                    .interrupted,
                    "stopped; nothing is lost, and your data can be read but not be written until you go on",
                    advice:
                        "run the same command again: it goes on where it stopped. Or take the move back with --cancel.")
            }
        }

        private func report(_ origin: Origin, moved: Bool, _ done: String) throws {
            if session.json { return try JSONOutput.write(Answer(keyStore: origin.rawValue, moved: moved)) }
            Terminal.writeOutput("\(done) \(origin).\n")
            if moved {
                Terminal.note("What is still at the old key store can be deleted with `cloudmls key-store empty-old`.")
            }
        }
    }
}
