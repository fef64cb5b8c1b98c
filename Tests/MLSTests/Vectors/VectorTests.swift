import Foundation
import MLSVectors
import TestSupport
import Testing

/// The MLS working group's test vectors, whichever are in the folder.
@Suite("Vectors") struct VectorTests {
    private static let readable = VectorFolder.found?.fileNames.filter { VectorFormat.of(file: $0) != nil } ?? []

    /// The files that the working group publishes.
    private static let publishedFiles: Set<String> = [
        "tree-math.json", "crypto-basics.json", "secret-tree.json", "message-protection.json", "key-schedule.json",
        "psk_secret.json", "transcript-hashes.json", "welcome.json", "tree-operations.json", "tree-validation.json",
        "treekem.json", "messages.json", "deserialization.json", "passive-client-welcome.json",
        "passive-client-handling-commit.json",
    ]

    @Test("Vector file", .enabled(if: VectorFolder.found != nil, "\(VectorFolder.howToGet)"), arguments: readable)
    func file(_ name: String) throws {
        let folder = try #require(VectorFolder.found)
        let format = try #require(VectorFormat.of(file: name))
        let result = try format.verify(try folder.data(name))
        for problem in result.failures + result.skips { Issue.record("\(name), \(problem)") }
        #expect(result.passed > 0, "\(name): nothing ran")
    }

    @Test("Vectors are complete", .enabled(if: VectorFolder.isRequired, "MLS_REQUIRE_VECTORS is not set"))
    func complete() throws {
        let folder = try #require(VectorFolder.found, "\(VectorFolder.howToGet)")
        let missing = Self.publishedFiles.subtracting(folder.fileNames).sorted()
        #expect(missing.isEmpty, "missing files: \(missing)")
        let unread = folder.fileNames.filter { VectorFormat.of(file: $0) == nil }
        #expect(unread.isEmpty, "files of no known format: \(unread)")
    }

    @Test(arguments: publishedFiles.sorted())
    func publishedFilesAreKnown(file: String) {
        #expect(VectorFormat.of(file: file) != nil)
    }
}
