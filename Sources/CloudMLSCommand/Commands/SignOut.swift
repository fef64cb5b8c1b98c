import ArgumentParser
import CloudMLSClient

struct SignOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-out",
        abstract: "End the session on both servers and remove all keys from this device.",
        discussion: """
            The keys are removed also when a server cannot be reached. With --no-session every command ends its \
            session itself; this one makes the device forget who signed in.

            Example:
              cloudmls sign-out
            """)

    @OptionGroup var session: SessionOptions

    func run() async throws {
        try await session.signOut()
        if !session.json { Terminal.writeOutput("Signed out.\n") }
    }
}
