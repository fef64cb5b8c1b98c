import CloudMLSAPI
import CloudMLSClient
import Foundation
import Testing

/// What `rotate`, `key-store move`, `export`, `verify` and `import` say while they work.
@Suite(.serialized)
struct ProgressTests {
    private static let objects = 4_000

    /// Alice, with many objects at the first of two key stores.
    private struct Scene {
        let world: World
        let alice: Device
        let password: String

        init() async throws {
            world = try await World.make()
            alice = try await world.signUp("alice")
            password = try world.passwordFile(of: "alice").path
            let library = try await LibraryUser.signIn("alice", in: world)
            for start in stride(from: 0, to: ProgressTests.objects, by: Limits.batchCount) {
                let writes = (start..<min(start + Limits.batchCount, ProgressTests.objects)).map { number in
                    SealedWrite(path: "test/\(number)", ifRevision: 0, body: [UInt8](repeating: 1, count: 500))
                }
                _ = try await library.context.sealed.write(writes)
            }
            await library.context.logOut()
        }

        var archive: String { world.place.url.appending(path: "archive").path }

        /// Each command, in an order in which it can be run.
        func commands(_ options: String...) async throws -> [[String]] {
            let codes = [try await world.setupCode(keyStore: 1).path, try await world.setupCode().path]
            return [
                ["rotate", "--password-file", password],
                [
                    "key-store", "move", "--to-file", codes[0], "--name", "one-\(options.count)", "--password-file",
                    password,
                ],
                ["key-store", "export", archive],
                ["key-store", "verify", archive, "--password-file", password],
                [
                    "key-store", "import", archive, "--to-file", codes[1], "--name", "two-\(options.count)",
                    "--password-file", password,
                ],
            ].map { $0 + options }
        }

        /// Runs a command at a terminal and gives what appeared there.
        func screen(_ command: [String]) async throws -> String {
            let terminal = try PseudoTerminal()
            let process = try ChildProcess(
                Executables.url(Executables.cloudmls), command, environment: alice.environment,
                screen: terminal.programSide, folder: world.place.url, name: "progress")
            var screen = ""
            while !process.hasEnded {
                screen += terminal.screen()
                await Task.yield()
            }
            var rest = terminal.screen()
            while !rest.isEmpty {
                screen += rest
                rest = terminal.screen()
            }
            let outcome = try await process.outcome()
            try #require(outcome.status == 0, "\(command): \(outcome) \(screen)")
            return screen
        }
    }

    @Test func atATerminalALineStaysInItsPlace() async throws {
        let scene = try await Scene()
        for command in try await scene.commands() {
            let screen = try await scene.screen(command)
            // Each one begins where the last one did, and takes its place.
            let lines = screen.split(separator: "\r\u{1B}[K").dropFirst(screen.hasPrefix("\r") ? 0 : 1)
            let name = command.prefix(2).joined(separator: " ")
            #expect(lines.count > 1, "\(name): \(screen)")
            for line in lines {
                #expect(line.contains(/^\[#*\.*\] [0-9]+ %  [0-9]+ of [0-9]+ objects/), "\(name): \(line)")
            }
            let last = try #require(lines.last)
            #expect(last.contains(/^\[#{24}\] 100 %  ([0-9]+) of \1 objects/), "\(name): \(last)")
            #expect(!last.contains(" left"), "\(name): \(last)")
            #expect(last.contains("\n"), "what comes next begins a line of its own")
            let shares = lines.compactMap { $0.firstMatch(of: /([0-9]+) %/).flatMap { Int($0.output.1) } }
            #expect(shares == shares.sorted(), "\(name): \(shares)")
            if command[0] == "rotate" {
                // Slow enough to say how fast it is, and how long it takes.
                let rate = #/[1-9][0-9]* per second  [0-9]+ (s|min [0-9]+ s) left$/#
                #expect(lines.contains { $0.contains(rate) }, "\(screen)")
            }
        }
        try await scene.world.stop()
    }

    @Test func elsewhereThereIsALineNowAndThen() async throws {
        let scene = try await Scene()
        // Over soon: nothing to say.
        for options in [[], ["--progress-every", "0"]] {
            let outcome = try await scene.alice.run(["rotate", "--password-file", scene.password] + options)
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        }
        for command in try await scene.commands("--progress-every", "0.000001") {
            let outcome = try await scene.alice.run(command)
            #expect(outcome.status == 0, "\(outcome)")
            let lines = outcome.errors.split(separator: "\n")
            #expect(!lines.isEmpty, "\(outcome)")
            for line in lines {
                #expect(line.contains(/^\[#*\.*\] [0-9]+ %  [0-9]+ of [0-9]+ objects/), "\(line)")
            }
        }
        let wrong = try await scene.alice.run("rotate", "--password-file", scene.password, "--progress-every", "-1")
        #expect(wrong.status == 64)
        try await scene.world.stop()
    }
}
