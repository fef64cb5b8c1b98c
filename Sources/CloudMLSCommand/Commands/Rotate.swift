import ArgumentParser
import CloudMLSClient
import CommandSupport
import KeyHierarchy

struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace the key that everything at your key store is encrypted with.",
        discussion: """
            Every object is encrypted anew, and at the end nothing needs the old key. Stopped at any point, the command \
            goes on where it was when it is run again. Your password, recovery codes and devices stay as they are.

            Other devices read and write meanwhile, and follow by themselves if they are used before it ends; a device \
            that was off all the time asks for the password once.

            After a theft: first take the lost device's way in away with `cloudmls slot remove` and change the password \
            with `cloudmls passwd`, then run this with --evict. It ends all other sessions at the key store and leaves \
            nothing with which the old key leads to the new one, so every other device has to sign in again.

            Example:
              cloudmls rotate --password-file password
            """)

    @Flag(help: "Shut out whoever has the old key: end all other sessions, and make other devices sign in again.")
    var evict = false
    @OptionGroup var progress: ProgressOptions
    @OptionGroup var session: SessionOptions

    private struct Answer: Encodable {
        var objects: Int
        var key: UInt32
        var continued: Bool
    }

    func run() async throws {
        // With --no-session signing in asks for it already, and it may come from standard input.
        let known = session.noSession ? try session.password.password() : nil
        let context = try await session.resume(password: known)
        try await session.using(context) { context in
            let report = try await rotated(context) { try known ?? session.password.password() }
            if session.json {
                return try JSONOutput.write(
                    Answer(objects: report.objects, key: report.keyID, continued: report.wasUnderWay))
            }
            Terminal.writeOutput(
                """
                \(report.wasUnderWay ? "The rotation that was under way is finished" : "The key was replaced"): \
                \(report.objects) \(report.objects == 1 ? "object was" : "objects were") encrypted anew, and nothing \
                needs the old key.

                """)
        }
    }

    private func rotated(
        _ context: ClientContext, password: @escaping @Sendable () throws -> Password
    ) async throws -> RotationReport {
        let bar = progress.bar(unit: "objects")
        defer { bar.end() }
        do {
            return try await Interruption.stopping {
                try await context.rotateKeys(evictingOthers: evict, password: password) { progress in
                    bar.show(done: progress.done, of: progress.total)
                }
            }
        } catch is Interruption.Interrupted {
            bar.end()
            throw CommandFailure(
                .interrupted, "stopped; nothing is lost, and other devices go on working",
                advice: "run `cloudmls rotate` again: it goes on where it stopped.")
        }
    }
}
