import ArgumentParser
import CloudMLSClient
import CommandSupport

extension KeyStoreCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open an exported file and check everything in it; changes nothing, and asks no server.",
            discussion: """
                Takes the password that you had when the file was written, or a recovery code of then; this device need not \
                be signed in. With --without-password it looks only whether the file is an archive and was not cut off \
                within a part: whether a part was changed, or the last ones left out, nobody can see without a key.

                Example:
                  cloudmls key-store verify my-keys.archive --password-file password
                  cloudmls key-store verify my-keys.archive --without-password
                """)

        @Argument(help: ArgumentHelp("What `export` wrote.", valueName: "file"))
        var file: String
        @OptionGroup var password: PasswordOptions
        @Option(help: ArgumentHelp("Read a recovery code from a file, in place of the password.", valueName: "file"))
        var recoveryCodeFile: String?
        @Flag(help: "Check what can be checked without the password.")
        var withoutPassword = false
        @OptionGroup var progress: ProgressOptions
        @Flag(help: "Answer with one line of JSON, for scripts.")
        var json = false

        func validate() throws {
            let keys = [password.passwordFile != nil, recoveryCodeFile != nil, withoutPassword]
            guard keys.count(where: { $0 }) <= 1 else {
                throw ValidationError("give one of --password-file, --recovery-code-file and --without-password")
            }
        }

        private struct Answer: Encodable {
            var objects: UInt64
            var bytes: UInt64
        }

        private struct ShapeAnswer: Encodable {
            var parts: Int
            var fileBytes: Int
            var hasPassword: Bool
            var recoveryCodes: Int
        }

        func run() async throws {
            let archive = try StoreArchive(path: file)
            let shape = try archive.shape()
            guard !withoutPassword else { return try report(shape) }
            let code = try recoveryCodeFile.map { file throws(CommandFailure) in
                try RecoveryCodeInput.read(file: file)
            }
            let password = code == nil ? try password.password() : nil
            let bar = progress.bar(unit: "objects")
            defer { bar.end() }
            func show(_ done: MoveProgress) {
                bar.show(done: Int(clamping: done.copied), of: Int(clamping: done.total))
            }
            let summary: StoreArchive.Summary
            if let code {
                summary = try await archive.verify(recoveryCode: code, progress: show)
            } else if let password {
                summary = try await archive.verify(password: password, progress: show)
            } else {
                return
            }
            bar.end()
            if json { return try JSONOutput.write(Answer(objects: summary.objects, bytes: summary.bytes)) }
            Terminal.writeOutput("\(file) is good: all of its \(summary.objects) objects can be opened.\n")
        }

        private func report(_ shape: StoreArchive.Shape) throws {
            if json {
                return try JSONOutput.write(
                    ShapeAnswer(
                        parts: shape.parts, fileBytes: shape.bytes, hasPassword: shape.hasPassword,
                        recoveryCodes: shape.recoveryCodes))
            }
            var ways = shape.hasPassword ? ["a password"] : []
            if shape.recoveryCodes > 0 {
                ways.append(shape.recoveryCodes == 1 ? "a recovery code" : "\(shape.recoveryCodes) recovery codes")
            }
            Terminal.writeOutput(
                """
                \(file) has the form of an archive: \(shape.parts) sealed parts, \(shape.bytes) bytes. What opens it: \
                \(ways.isEmpty ? "only a device that is signed in" : ways.joined(separator: ", ")).
                Whether they are all there and unchanged, only a check with the password tells.

                """)
        }
    }
}
