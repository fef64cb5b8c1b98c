import ArgumentParser
import CloudMLSClient
import CommandSupport

struct SignOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-out",
        abstract: "End the session on both servers and remove all keys from this device.",
        discussion: """
            The session's keys are removed also when a server cannot be reached. With --no-session every command ends its \
            session itself; this one makes the device forget who signed in.

            A key that `slot add device` gave this device is removed first, here and at the servers, which takes both \
            of them; with --keep-device-key it stays, and `sign-in --device-key` takes it.

            Example:
              cloudmls sign-out
            """)

    @Flag(help: "Keep this device's own key, to sign in with it again.")
    var keepDeviceKey = false
    @OptionGroup var session: SessionOptions

    func run() async throws {
        try await session.signOut(keepingDeviceKey: keepDeviceKey)
        if !session.json { Terminal.writeOutput("Signed out.\n") }
    }
}
