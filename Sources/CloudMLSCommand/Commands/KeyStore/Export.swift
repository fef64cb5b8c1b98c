import ArgumentParser
import CloudMLSClient
import CommandSupport

extension KeyStoreCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write everything at your key store into one encrypted file.",
            discussion: """
                The file says nothing to whoever finds it, but for how large it is and how your password is hashed: your \
                password opens it, so it is as safe as that is good. `cloudmls key-store import` brings it to another key \
                store. An old file is not harmless: groups that went on since cannot be written to from its state, and one from \
                before the last change of your ways in or keys is refused: export again after each.

                Example:
                  cloudmls key-store export my-keys.archive
                """)

        @Argument(help: ArgumentHelp("Where to write it; a file of that name is replaced.", valueName: "file"))
        var file: String
        @OptionGroup var progress: ProgressOptions
        @OptionGroup var session: SessionOptions

        private struct Answer: Encodable {
            var objects: UInt64
            var bytes: UInt64
        }

        func run() async throws {
            try await session.using(try await session.resume()) { context in
                let bar = progress.bar(unit: "objects")
                defer { bar.end() }
                let file = file
                let done: MoveProgress
                do {
                    done = try await Interruption.stopping {
                        try await KeyStoreMoves(context).export(to: file) { progress in
                            bar.show(done: Int(clamping: progress.copied), of: Int(clamping: progress.total))
                        }
                    }
                } catch is Interruption.Interrupted {
                    bar.end()
                    throw CommandFailure(
                        .interrupted, "stopped; no file was written", advice: "run the command again.")
                }
                bar.end()
                if session.json {
                    return try JSONOutput.write(Answer(objects: done.copied, bytes: done.bytes))
                }
                Terminal.writeOutput("\(done.copied) objects are in \(file).\n")
                Terminal.note("Check it once with `cloudmls key-store verify`, and keep it where the key store is not.")
            }
        }
    }
}
