import Foundation

/// `Tests/Interoperability/key_store_client.py`: a client of a key store that was written from the documents alone.
enum PythonClient {
    /// What it prints.
    struct Answer: Decodable {
        struct Object: Decodable {
            var name: String
            var path: String?
            var revision: UInt64
            var plaintext: Data?
        }

        var storeID: String
        var storePublicKey: String
        var keyringRevision: UInt64
        var slots: [String]
        var authDeliveryServerID: String
        var incarnation: String
        var cursor: UInt64
        var objects: [Object]
    }

    /// Whether the tests that need Python run: `Deploy/test` sets one up and names it, and then none is left out.
    static var isWanted: Bool { named != nil || python != nil }

    private static let named = ProcessInfo.processInfo.environment["MLS_TEST_PYTHON"]

    /// A Python that has `cryptography` and `argon2-cffi`.
    private static let python: URL? = {
        let built = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../.build/python/bin/python3").standardized.path
        let candidates = named.map { [$0] } ?? [built, "/usr/bin/python3"]
        return candidates.filter(FileManager.default.isExecutableFile).map { URL(filePath: $0) }.first { candidate in
            let process = Process()
            process.executableURL = candidate
            process.arguments = ["-c", "import argon2, cryptography"]
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }()

    static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Interoperability/key_store_client.py").standardized

    static func run(_ arguments: [String], place: TemporaryFolder) async throws -> ChildProcess.Outcome {
        guard let python else { throw Executables.Missing(name: "python3 with cryptography, argon2-cffi", folder: "") }
        return try await ChildProcess(
            python, ["-B", script.path] + arguments, environment: ["HOME": place.url.path], folder: place.url,
            name: "python"
        ).outcome()
    }
}
