import ArgumentParser
import CloudMLSAPI
import CloudMLSClient
import CommandSupport
import KeyHierarchy

extension KeyStoreCommand {
    struct EmptyOld: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "empty-old",
            abstract: "Delete what stayed behind at the key store that your data has moved away from.",
            discussion: """
                Use it on the device that moved, once you have seen that everything works at the new place. The old key \
                store goes on telling your other devices where your data is; all the rest is gone from it for good. It \
                takes the password that you had when you moved.

                Example:
                  cloudmls key-store empty-old --yes --password-file password
                """)

        @Flag(help: "Do not ask.")
        var yes = false
        @OptionGroup var session: SessionOptions

        func run() async throws {
            let known = session.noSession ? try session.password.password() : nil
            try await session.using(try await session.resume(password: known)) { context in
                let moves = KeyStoreMoves(context)
                guard let origin = try await moves.leftKeyStore() else {
                    throw CommandFailure(
                        .unknownName, "this device knows of no key store that your data has moved away from",
                        advice: "run this on the device that moved it.")
                }
                guard yes || Terminal.confirm("Delete everything that is still at \(origin)?") else {
                    throw CommandFailure(.usage, "nothing was deleted", advice: "answer yes, or give --yes.")
                }
                try await moves.emptyLeft(password: known ?? session.password.password())
                if session.json { return try JSONOutput.write(["emptied": origin.rawValue]) }
                Terminal.writeOutput("Nothing of yours is left at \(origin).\n")
            }
        }
    }
}
