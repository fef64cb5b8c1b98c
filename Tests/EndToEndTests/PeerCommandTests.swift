import Foundation
import Testing

/// `cloudmls-bench peer` as a process. What the language can say is for `MLSTests` to say.
struct PeerCommandTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    private func run(_ arguments: [String] = [], input: Data = Data()) async throws -> ChildProcess.Outcome {
        try await ChildProcess(
            Executables.url("cloudmls-bench"), ["peer"] + arguments, input: input, folder: place.url, name: "peer"
        ).outcome()
    }

    @Test func anAnswerForEachCommand() async throws {
        let commands = """
            client as=alice suite=1

            # a remark
            create client=alice as=g group-id=0a
            nonsense
            state group=h
            protect group=g plaintext=6869
            state group=g
            """
        // Bytes that are no text are an error like any other; the last line need not end.
        let outcome = try await run(input: Data(commands.utf8) + Data([0x0a, 0xff, 0xfe, 0x0a]) + Data("help".utf8))
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.isEmpty)
        let answers = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            answers.map { $0.split(separator: " ").first ?? "" }
                == ["ok", "ok", "error", "error", "ok", "ok", "error", "ok", ""])
        #expect(answers[1].hasPrefix("ok group-id=0a epoch=0 suite=1 leaf=0 members=0 "))
        #expect(answers[5].hasPrefix("ok group-id=0a epoch=0 suite=1 leaf=0 members=0 "))
    }

    @Test func experimentsHaveToBeAskedFor() async throws {
        let command = Data("client as=alice suite=62586\n".utf8)
        #expect(try await run(input: command).output.hasPrefix("error unsupportedCipherSuite"))
        #expect(try await run(["--experiments"], input: command).output.hasPrefix("ok "))
    }

    @Test func theHelpTeaches() async throws {
        let help = try await run(["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("Example:"))
        // It runs as it stands.
        let example = help.output.split(separator: "\n").drop { $0 != "Example:" }.dropFirst()
            .prefix { $0.hasPrefix("  ") }.joined(separator: "\n")
        let folder = try Executables.url("cloudmls-bench").deletingLastPathComponent().path
        let outcome = try await ChildProcess(
            URL(filePath: "/bin/sh"), ["-c", example], environment: ["PATH": "\(folder):/usr/bin:/bin"],
            folder: place.url, name: "example"
        ).outcome()
        #expect(outcome.status == 0, "\(outcome)")
        let answers = outcome.output.split(separator: "\n")
        #expect(answers.count == 3)
        #expect(answers.allSatisfy { $0.hasPrefix("ok") })
        #expect(answers.last?.hasPrefix("ok message=") == true)

        let verbs = try await run(["--verbs"])
        #expect(verbs.output.hasPrefix("client as=NAME suite=N "))
    }

    @Test(
        .enabled(
            if: MLSRsPeer.isThere, "no Python has the package agentvault-mls-rs-uniffi: Deploy/interop installs it"))
    func mlsRsAndOursUnderstandEachOther() async throws {
        let outcome = try await MLSRsPeer.run([try Executables.url("cloudmls-bench").path], place: place)
        #expect(outcome.status == 0, "\(outcome)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 16)
        #expect(lines.allSatisfy { $0.hasPrefix("passed  ") })
    }
}
