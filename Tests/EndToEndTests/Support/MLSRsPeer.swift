import Foundation

/// `Tests/Interoperability/mls_rs_peer.py`: mls-rs, which drives `cloudmls-bench peer`.
enum MLSRsPeer {
    /// Whether a Python has mls-rs: the one that `Deploy/interop` sets up, or the one that the tests are given.
    static var isThere: Bool { python != nil }

    private static let python: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        let named = ProcessInfo.processInfo.environment["MLS_TEST_PYTHON"]
        let candidates = [named, root.appending(path: ".build/python/bin/python3").path].compactMap(\.self)
        return candidates.filter(FileManager.default.isExecutableFile).map { URL(filePath: $0) }.first { candidate in
            let process = Process()
            process.executableURL = candidate
            process.arguments = ["-c", "import mls_rs_uniffi"]
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }()

    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Interoperability/mls_rs_peer.py").standardized

    static func run(_ arguments: [String], place: TemporaryFolder) async throws -> ChildProcess.Outcome {
        guard let python else { throw Executables.Missing(name: "python3 with mls-rs", folder: "") }
        return try await ChildProcess(
            python, ["-B", script.path] + arguments, environment: ["HOME": place.url.path], folder: place.url,
            name: "mls-rs"
        ).outcome()
    }
}
