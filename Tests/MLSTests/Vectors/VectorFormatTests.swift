import Foundation
import MLSVectors
import Testing

@Suite("Vector formats") struct VectorFormatTests {
    @Test func namesTellTheFormat() {
        #expect(VectorFormat.of(file: "passive-client-anything-else.json")?.name == "passive-client")
        #expect(VectorFormat.of(file: "treekem.json")?.name == "treekem")
        for file in ["treekem-2.json", "treekem", "treekem.txt", "README.md", "psk-secret.json"] {
            #expect(VectorFormat.of(file: file) == nil)
        }
    }

    private func verify(_ format: String, _ text: String, atOnce width: Int = 1) throws -> VectorResult {
        try #require(VectorFormat.named(format)).verify(Data(text.utf8), atOnce: width)
    }

    @Test(arguments: [1, 4, 100])
    func anEntryFailsByItself(_ width: Int) throws {
        let result = try verify(
            "deserialization",
            #"""
            [{"vlbytes_header": "20", "length": 32}, {"vlbytes_header": "20", "length": 33}, {"length": 1},
             {"vlbytes_header": "2", "length": 32}, 7, {"vlbytes_header": "4100", "length": 256}]
            """#, atOnce: width)
        #expect(result.passed == 2)
        #expect(result.skips.isEmpty)
        #expect(result.failures.map(\.entry) == [1, 2, 3, 4])
        #expect(result.failures.map(\.description)[0] == "entry 1: length: 32 instead of 33")
        #expect(result.failures.map(\.description)[1] == "entry 2: there is no vlbytesHeader")
        #expect(result.failures.map(\.description)[2] == "entry 3: vlbytesHeader: not hexadecimal digits")
        #expect(!result.isComplete)
    }

    @Test func anUnknownSuiteIsSkipped() throws {
        let result = try verify("psk_secret", #"[{"cipher_suite": 61445, "psks": [], "psk_secret": ""}]"#)
        #expect(result.passed == 0 && result.failures.isEmpty)
        #expect(result.skips.map(\.suite) == [61_445])
        #expect(!result.isComplete)
    }

    @Test(arguments: ["", "{}", "[", "[]", "7", #"{"entries": []}"#])
    func aFileWithoutEntriesIsAnError(_ text: String) {
        #expect(throws: VectorFileError.self) { try verify("deserialization", text) }
    }

    /// What is indexed by the file's own numbers is as long as the file says, or the entry fails.
    @Test func shortListsFail() throws {
        let result = try verify(
            "tree-math",
            #"""
            [{"n_leaves": 2, "n_nodes": 3, "root": 1, "left": [null, 0], "right": [null, 2, null],
              "parent": [1, null, 1], "sibling": [2, null, 0]}]
            """#)
        #expect(result.failures.map(\.reason) == ["the number of nodes in left: 2 instead of 3"])
    }

    @Test func progressCountsEntries() throws {
        var told: [[Int]] = []
        _ = try #require(VectorFormat.named("deserialization")).verify(Data("[1, 2, 3]".utf8)) {
            told.append([$0, $1])
        }
        #expect(told == [[1, 3], [2, 3], [3, 3]])
    }
}
