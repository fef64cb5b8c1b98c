import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import CommandSupport
import KeyHierarchy

extension KeyStoreCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Bring an exported file to a new key store, where the old one is gone.",
            discussion: """
                On a device that is signed in, the file, the new key store's setup code and your password are all that is \
                needed. On a new machine say too who you are, with --user and --auth-delivery: it is signed in afterwards. \
                Where the password is lost, --recovery-code-file takes a recovery code, and you set a new password.

                The whole file is checked before anything is sent. The old key store has to have the same as the file, and \
                is told that your data has moved; where both are there, `cloudmls key-store move` is the better way. If the \
                old one is gone for good, say --old-is-gone. Your other devices follow by themselves. Stopped at any point, \
                run the same command again.

                Example:
                  cloudmls key-store import my-keys.archive --to-file other-setup-code --password-file password
                  cloudmls key-store import my-keys.archive --to-file last-setup-code --user alice \
                --auth-delivery https://ad.example.org --old-is-gone --password-file password
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
        @OptionGroup(title: "On a device that is not signed in") var owner: ImportOptions
        @OptionGroup var progress: ProgressOptions
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
            let request = ArchiveImport(
                try StoreArchive(path: file), to: code, userName: try name.map { try SessionOptions.userName($0) },
                oldIsGone: oldIsGone)
            let imported = try await bring(request)
            try await session.using(imported.context) { context in
                try await owner.setPassword(context)
                if session.json {
                    return try JSONOutput.write(Answer(keyStore: code.origin.rawValue, moved: imported.moved))
                }
                for notice in context.notices { Terminal.writeError("note: \(notice.text)\n") }
                let done = imported.moved ? "Your data is now" : "Your data is already"
                Terminal.writeOutput("\(done) at \(code.origin).\n")
            }
        }

        private func bring(_ request: ArchiveImport) async throws -> Authenticator.Imported {
            let bar = progress.bar(unit: "objects")
            defer { bar.end() }
            let (owner, session) = (owner, session)
            do {
                return try await Interruption.stopping {
                    try await owner.bring(request, session) { progress in
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
