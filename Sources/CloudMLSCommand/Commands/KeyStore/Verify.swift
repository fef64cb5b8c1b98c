import ArgumentParser
import CloudMLSClient

extension KeyStoreCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open an exported file and check everything in it; changes nothing, and asks no server.",
            discussion: """
                Takes the password that you had when the file was written.

                Example:
                  cloudmls key-store verify my-keys.archive --password-file password
                """)

        @Argument(help: ArgumentHelp("What `export` wrote.", valueName: "file"))
        var file: String
        @OptionGroup var password: PasswordOptions
        @Flag(help: "Answer with one line of JSON, for scripts.")
        var json = false

        private struct Answer: Encodable {
            var objects: UInt64
            var bytes: UInt64
        }

        func run() async throws {
            let archive = try StoreArchive(path: file)
            let password = try password.password()
            let bar = ProgressBar(unit: "objects")
            defer { bar.end() }
            let summary = try await archive.verify(password: password) { progress in
                bar.show(done: Int(clamping: progress.copied), of: Int(clamping: progress.total))
            }
            bar.end()
            if json { return try JSONOutput.write(Answer(objects: summary.objects, bytes: summary.bytes)) }
            Terminal.writeOutput("\(file) is good: all of its \(summary.objects) objects can be opened.\n")
        }
    }
}
