import Foundation
import Testing

/// Every command's `--help` has an example, and every example works as it stands.
///
/// An example is what is indented below the line `Example:`. It is run by a shell, in a folder with the files that the
/// examples name, and with the test's server in place of `https://ad.example.org`.
struct HelpExampleTests {
    private static let server = "https://ad.example.org"

    /// The order in which the examples make sense. A command that is not here fails the test below.
    private static let order = [
        "sign-up", "whoami", "account add", "account list", "group create", "group add", "group list", "group members",
        "group refresh", "send", "read", "encrypt", "decrypt", "group remove", "group leave", "slot add", "slot test",
        "slot list", "passwd", "session list", "session end", "recover", "slot remove", "rotate", "sign-out", "sign-in",
        "key-store move", "key-store empty-old", "key-store export", "key-store verify", "key-store import",
    ]

    @Test func everyExampleWorks() async throws {
        let world = try await World.make(keyStores: 4)
        for other in ["bob", "carol"] {
            _ = try await world.signUp(other)
        }
        let alice = try world.device("alice")
        let examples = try await Self.examples(on: alice)
        #expect(Set(examples.keys) == Set(Self.order))

        let place = try world.place.folder("where-the-examples-run")
        let code = try await world.setupCode()
        try FileManager.default.copyItem(at: code, to: place.appending(path: "setup-code"))
        for (number, name) in [(1, "new-setup-code"), (2, "other-setup-code"), (3, "last-setup-code")] {
            try FileManager.default.copyItem(
                at: await world.setupCode(keyStore: number), to: place.appending(path: name))
        }
        try Data("the password of alice\n".utf8).write(to: place.appending(path: "password"))
        try Data("a new password\n".utf8).write(to: place.appending(path: "new-password"))
        try FileManager.default.createSymbolicLink(
            at: place.appending(path: "shared-folder"), withDestinationURL: world.sharedFolder)
        let programs = try world.place.folder("programs")
        try FileManager.default.createSymbolicLink(
            at: programs.appending(path: "cloudmls"), withDestinationURL: Executables.url(Executables.cloudmls))

        var printed: [String: String] = [:]
        for command in Self.order {
            let lines = try #require(examples[command], "there is no example of \(command)")
            #expect(lines.contains { $0.contains("cloudmls \(command) ") || $0.hasSuffix("cloudmls \(command)") })
            for line in lines {
                let script =
                    "cd '\(place.path)' && PATH='\(programs.path)':$PATH && "
                    + line.replacing(Self.server, with: world.authDelivery.origin)
                let outcome = try await ChildProcess(
                    URL(filePath: "/bin/sh"), ["-c", script], environment: alice.environment, folder: world.place.url,
                    name: "example"
                ).outcome()
                #expect(outcome.status == 0, "\(line): \(outcome)")
                printed[command] = outcome.output
                // What somebody writes down.
                if command == "slot add" { try Data(outcome.output.utf8).write(to: place.appending(path: "paper")) }
            }
        }
        #expect(printed["read"]?.contains("The lake is warm.") == true)
        #expect(printed["decrypt"] == "The lake is warm.\n")
        #expect(printed["whoami"]?.contains("alice") == true)
        #expect(printed["group members"]?.split(separator: "\n").count == 3)
        try await world.stop()
    }

    @Test func theHelpListsTheExitStatuses() async throws {
        let place = try TemporaryFolder()
        let help = try await Device(home: place.url, place: place).succeeds("--help")
        for status in ["0", "64", "65", "69", "75", "76", "77", "78"] {
            #expect(
                help.split(separator: "\n").contains { line in line.drop { $0 == " " }.hasPrefix("\(status)  ") },
                "\(status)")
        }
    }

    /// The examples of all commands that do something, by the command's words, from the help texts alone.
    private static func examples(on device: Device) async throws -> [String: [String]] {
        var examples: [String: [String]] = [:]
        var waiting: [[String]] = [[]]
        while let words = waiting.popLast() {
            let help = try await device.run(words + ["--help"])
            try #require(help.status == 0)
            let subcommands = listed(under: "SUBCOMMANDS:", in: help.output)
            waiting += subcommands.map { words + [$0] }
            if subcommands.isEmpty {
                examples[words.joined(separator: " ")] = example(in: help.output)
            }
        }
        return examples
    }

    private static func listed(under title: String, in help: String) -> [String] {
        help.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0 != title }.dropFirst()
            .prefix { $0.hasPrefix("  ") }
            .filter { !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
            .filter { $0 != "help" }
    }

    private static func example(in help: String) -> [String] {
        help.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0 != "Example:" }.dropFirst()
            .prefix { $0.hasPrefix("  ") }
            .map { line in line.drop { $0 == " " } }
            .map(String.init)
    }
}
