import Testing

@Suite("Vector formats") struct VectorFormatTests {
    @Test(arguments: VectorFormat.publishedFiles.sorted())
    func publishedFilesAreKnown(file: String) {
        #expect(VectorFormat.of(file: file) != nil)
    }

    @Test func namesTellTheFormat() {
        #expect(VectorFormat.of(file: "passive-client-anything-else.json")?.name == "passive-client")
        #expect(VectorFormat.of(file: "treekem.json")?.name == "treekem")
        for file in ["treekem-2.json", "treekem", "treekem.txt", "README.md", "psk-secret.json"] {
            #expect(VectorFormat.of(file: file) == nil)
        }
    }
}
