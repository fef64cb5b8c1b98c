import Foundation
import Testing

/// `cloudmls-bench vectors`: what the library verifies is for `MLSTests` to say; here it is what a person is told.
struct VectorsCommandTests {
    private struct Report: Decodable {
        struct File: Decodable {
            var name: String
            var entries: Int
            var passed: Int
            var failed: Int
            var skipped: Int
            var error: String?
        }
        var files: [File]
        var errors: Int
    }

    private let place: TemporaryFolder
    private let folder: URL

    init() throws {
        place = try TemporaryFolder()
        folder = place.url.appending(path: "vectors")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        try write(#"[{"vlbytes_header": "20", "length": 32}]"#, "deserialization.json")
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private func run(_ arguments: String...) async throws -> ChildProcess.Outcome {
        try await ChildProcess(
            Executables.url("cloudmls-bench"), ["vectors", folder.path] + arguments, folder: place.url, name: "vectors"
        ).outcome()
    }

    @Test func aFolderThatPasses() async throws {
        try write("what is in here", "README.md")
        let outcome = try await run()
        #expect(outcome.status == 0, "\(outcome)")
        let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ").dropLast() }
        #expect(rows.contains(["deserialization.json", "1", "1", "0", "0"]), "\(outcome)")
    }

    @Test func whatDoesNotPassIsCountedAndFails() async throws {
        try write(#"[{"vlbytes_header": "20", "length": 33}, {"vlbytes_header": "20", "length": 32}]"#, "notes.json")
        try write(#"[{"cipher_suite": 61445, "psks": [], "psk_secret": ""}]"#, "psk_secret.json")
        let outcome = try await run("--json")
        #expect(outcome.status == 1, "\(outcome)")
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        #expect(report.files.map(\.name) == ["deserialization.json", "notes.json", "psk_secret.json"])
        #expect(report.files.map(\.passed) == [1, 0, 0])
        #expect(report.files.map(\.skipped) == [0, 0, 1])
        #expect(report.files.map { $0.error != nil } == [false, true, false])
        #expect(report.errors == 1)

        try FileManager.default.removeItem(at: folder.appending(path: "psk_secret.json"))
        let forced = try await run("--json", "--form", "deserialization")
        #expect(forced.status == 1, "\(forced)")
        let files = try JSONDecoder().decode(Report.self, from: Data(forced.output.utf8)).files
        #expect(files.map(\.passed) == [1, 1])
        #expect(files.map(\.failed) == [0, 1])
    }

    @Test func aFolderWithoutVectorsIsAnError() async throws {
        try FileManager.default.removeItem(at: folder.appending(path: "deserialization.json"))
        let outcome = try await run()
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("passive-client*.json"), "\(outcome)")
    }
}
