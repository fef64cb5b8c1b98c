import Foundation
import MLSVectors

/// What became of all files.
struct VectorReport: Encodable {
    struct File: Encodable {
        struct Problem: Encodable {
            var entry: Int
            var suite: UInt16?
            /// `failed` or `skipped`.
            var kind: String
            var reason: String
        }

        var name: String
        var form: String?
        /// Why nothing of the file was verified; `nil` if it was.
        var error: String?
        var entries = 0
        var passed = 0
        var failed = 0
        var skipped = 0
        var seconds: Double
        var problems: [Problem] = []
    }

    var folder: String
    var files: [File] = []
    var entries = 0
    var passed = 0
    var failed = 0
    var skipped = 0
    /// Files of which nothing was verified.
    var errors = 0
    var seconds = 0.0

    init(folder: String) { self.folder = folder }

    /// Whether every entry of every file passed.
    var isComplete: Bool { errors == 0 && entries > 0 && passed == entries }

    mutating func add(_ file: VectorFiles.File, _ result: Result<VectorResult, VectorFileError>, seconds: Double) {
        var row = File(name: file.name, form: file.format?.name, seconds: seconds)
        switch result {
        case .success(let result):
            row.entries = result.entries
            row.passed = result.passed
            row.failed = result.failures.count
            row.skipped = result.skips.count
            row.problems =
                result.failures.map { .init(entry: $0.entry, suite: $0.suite, kind: "failed", reason: $0.reason) }
                + result.skips.map { .init(entry: $0.entry, suite: $0.suite, kind: "skipped", reason: $0.reason) }
        case .failure(let error):
            row.error = error.description
            errors += 1
        }
        entries += row.entries
        passed += row.passed
        failed += row.failed
        skipped += row.skipped
        self.seconds += seconds
        files.append(row)
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }
}
