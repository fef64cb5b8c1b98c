import Foundation
import Testing

/// The password is asked for on the terminal, without showing it.
@Suite(.serialized)
struct PasswordPromptTests {
    private static let password = "correct horse battery staple"

    @Test func isAskedForTwiceAndNotShown() async throws {
        let world = try await World.make(keyStores: 1)
        let device = try world.device("alice")
        let (outcome, screen) = try await signUp(
            on: device, in: world, code: world.setupCode(), typing: [Self.password, Self.password])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("Password: "))
        #expect(outcome.errors.contains("Password again: "))
        #expect(!(screen + outcome.errors + outcome.output).contains(Self.password))
        let other = try world.device("other")
        try await other.succeeds(
            "sign-in", "alice", "--auth-delivery", world.authDelivery.origin, "--password-file", "-",
            input: Self.password)
        try await world.stop()
    }

    /// What is typed, and the exit status: two passwords that differ, and Ctrl-C.
    @Test(arguments: [(["one password", "another"], 64), (["half of a passw\u{3}"], 130)])
    func nothingHappensOtherwise(typed: [String], status: Int) async throws {
        let world = try await World.make(keyStores: 1)
        let code = try await world.setupCode()
        let before = try world.servers.map(StoredData.of)
        let device = try world.device("alice")
        let (outcome, screen) = try await signUp(on: device, in: world, code: code, typing: typed)
        #expect(outcome.status == Int32(status), "\(outcome)")
        #expect(!screen.contains("passw"))
        let changes = try StoredData.changes(on: world.servers, since: before)
        #expect(changes == [])
        try await world.stop()
    }

    @Test func withoutATerminalItSaysWhatToDo() async throws {
        let place = try TemporaryFolder()
        let outcome = try await Device(home: place.url, place: place).run(
            "sign-in", "alice", "--auth-delivery", "http://127.0.0.1:1")
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("--password-file"))
    }

    private func signUp(
        on device: Device, in world: World, code: URL, typing: [String]
    ) async throws -> (ChildProcess.Outcome, screen: String) {
        let terminal = try PseudoTerminal()
        let process = try ChildProcess(
            Executables.url(Executables.cloudmls),
            [
                "sign-up", "alice", "--auth-delivery", world.authDelivery.origin, "--setup-code-file", code.path,
            ], environment: device.environment, terminal: terminal.programSide, folder: world.place.url,
            name: "cloudmls")
        for (number, line) in typing.enumerated() {
            // Each question ends with a colon, and comes only when nothing is shown any more.
            while try process.text(process.errorFile).count(where: { $0 == ":" }) <= number, !process.hasEnded {
                await Task.yield()
            }
            #expect(!terminal.echoes)
            terminal.type(line + "\n")
        }
        let outcome = try await process.outcome()
        #expect(terminal.echoes)
        return (outcome, terminal.screen())
    }
}
