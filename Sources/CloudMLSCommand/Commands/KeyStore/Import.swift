import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

extension KeyStoreCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Bring an exported file to a new key store, where the old one is gone.",
            discussion: """
                Use it on a device that is signed in. The whole file is checked before anything is sent. The old key \
                store has to have the same as the file, and is told that your data has moved; where both are there, \
                `cloudmls key-store move` is the better way. If the old one is gone for good, say --old-is-gone. Stopped at \
                any point, run the same command again.

                Example:
                  cloudmls key-store import my-keys.archive --to-file other-setup-code --password-file password
                """)

        @Argument(help: ArgumentHelp("What `export` wrote.", valueName: "file"))
        var file: String
        @Option(help: ArgumentHelp("The new key store's setup code.", valueName: "code"))
        var to: String?
        @Option(help: ArgumentHelp("Read the setup code from a file; - is standard input.", valueName: "file"))
        var toFile: String?
        @Option(help: "Your user name at the new key store, where yours is taken there.")
        var name: String?
        @Flag(help: "Do not ask the old key store, whatever it has.")
        var oldIsGone = false
        @OptionGroup var session: SessionOptions

        func validate() throws {
            guard (to == nil) != (toFile == nil) else { throw ValidationError("give either --to or --to-file") }
        }

        private struct Answer: Encodable {
            var keyStore: String
            var moved: Bool
        }

        func run() async throws {
            let code = try KeyStoreCommand.setupCode(to, file: toFile)
            let archive = try StoreArchive(path: file)
            let name = try name.map { try SessionOptions.userName($0) }
            let password = try session.password.password()
            try await session.using(try await session.resume(password: password)) { context in
                let moved = try await bring(archive, to: code, name, password, context)
                if session.json {
                    return try JSONOutput.write(Answer(keyStore: code.origin.rawValue, moved: moved))
                }
                Terminal.writeOutput("\(moved ? "Your data is now" : "Your data is already") at \(code.origin).\n")
            }
        }

        private func bring(
            _ archive: StoreArchive, to code: SetupCode, _ name: UserName?, _ password: Password,
            _ context: ClientContext
        ) async throws -> Bool {
            let bar = ProgressBar(unit: "objects")
            defer { bar.end() }
            let oldIsGone = oldIsGone
            do {
                return try await Interruption.stopping {
                    try await KeyStoreMoves(context).importArchive(
                        archive, to: code, userName: name, oldIsGone: oldIsGone, password: password
                    ) { progress in
                        bar.show(done: Int(clamping: progress.copied), of: Int(clamping: progress.total))
                    }
                }
            } catch is Interruption.Interrupted {
                bar.end()
                throw CommandFailure(
                    .interrupted, "stopped; nothing is lost", advice: "run the same command again: it goes on.")
            }
        }
    }

    /// The setup code of an option or a file.
    static func setupCode(_ option: String?, file: String?) throws -> SetupCode {
        let text = try option ?? String(decoding: Input.line(file: file ?? "-"), as: UTF8.self)
        guard let code = try? SetupCode(text: text) else {
            throw CommandFailure(
                .badData, "that is not a setup code",
                advice: "copy the whole setup code; `key-store-server invite` makes another one.")
        }
        return code
    }
}
