package import Foundation

/// Where the MLS working group's test vectors are.
///
/// The environment variable `MLS_TEST_VECTORS` names the folder; without it, it is the one that lies beside the package.
package struct VectorFolder: Sendable {
    package let url: URL

    package static let howToGet =
        "no test vectors: git clone https://github.com/mlswg/mls-implementations and set MLS_TEST_VECTORS to its folder "
        + "test-vectors"

    /// Whether the absence of vectors is a failure.
    package static let isRequired = ProcessInfo.processInfo.environment["MLS_REQUIRE_VECTORS"] == "1"

    /// `nil` where there is none.
    package static let found: VectorFolder? = {
        let url: URL
        if let path = ProcessInfo.processInfo.environment["MLS_TEST_VECTORS"], !path.isEmpty {
            url = URL(fileURLWithPath: path)
        } else {
            url = packageRoot.deletingLastPathComponent().appending(path: "shared/mls-test-vectors")
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        return VectorFolder(url: url)
    }()

    /// The names of all files, but for hidden ones and the folder's own README.
    package var fileNames: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return all.filter { !$0.hasPrefix(".") && $0 != "README.md" }.sorted()
    }

    package func data(_ fileName: String) throws -> Data {
        try Data(contentsOf: url.appending(path: fileName))
    }
}
