import MLS
import TestSupport
import Testing

/// The MLS working group's test vectors, whichever are in the folder.
@Suite("Vectors") struct VectorTests {
    private static let readable = VectorFolder.found?.fileNames.filter { VectorFormat.of(file: $0) != nil } ?? []
    private static let report = VectorReport(expecting: readable.count)

    @Test("Vector file", .enabled(if: VectorFolder.found != nil, "\(VectorFolder.howToGet)"), arguments: readable)
    func file(_ name: String) throws {
        let folder = try #require(VectorFolder.found)
        let format = try #require(VectorFormat.of(file: name))
        let result: VectorResult
        do {
            result = try format.run(try folder.data(name))
        } catch {
            result = VectorResult(failures: ["not in the format: \(error)"])
        }
        Self.report.record(result, of: name)
        for failure in result.failures { Issue.record("\(name), \(failure)") }
        if VectorFolder.isRequired { #expect(result.ran > 0, "\(name): nothing ran") }
    }

    @Test("Vectors are complete", .enabled(if: VectorFolder.isRequired, "MLS_REQUIRE_VECTORS is not set"))
    func complete() throws {
        let folder = try #require(VectorFolder.found, "\(VectorFolder.howToGet)")
        let missing = VectorFormat.publishedFiles.subtracting(folder.fileNames).sorted()
        #expect(missing.isEmpty, "missing files: \(missing)")
        let unread = folder.fileNames.filter { VectorFormat.of(file: $0) == nil }
        #expect(unread.isEmpty, "files of no known format: \(unread)")
    }
}
