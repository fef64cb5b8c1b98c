import Synchronization

/// What became of one file's entries.
struct VectorResult: Sendable {
    var passed = 0
    /// What each failed entry says.
    var failures: [String] = []
    /// How many entries wait, by what they wait for.
    var waiting: [String: Int] = [:]

    var ran: Int { passed + failures.count }
}

/// The results of all files, printed as a table once the last one is there.
final class VectorReport: Sendable {
    private let expected: Int
    private let results = Mutex<[String: VectorResult]>([:])

    init(expecting count: Int) {
        expected = count
    }

    func record(_ result: VectorResult, of file: String) {
        let complete = results.withLock { results in
            results[file] = result
            return results.count == expected ? results : nil
        }
        if let complete { print(Self.table(complete)) }
    }

    private static func table(_ results: [String: VectorResult]) -> String {
        let width = results.keys.map(\.count).max() ?? 0
        func row(_ file: String, _ ran: String, _ passed: String, _ waiting: String) -> String {
            func pad(_ text: String, to width: Int) -> String {
                text + String(repeating: " ", count: max(0, width - text.count))
            }
            return pad(file, to: width + 2) + pad(ran, to: 6) + pad(passed, to: 8) + waiting
        }
        let rows = results.sorted { $0.key < $1.key }.map { file, result in
            let reasons = result.waiting.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            let total = result.waiting.values.reduce(0, +)
            let waiting = total == 0 ? "0" : "\(total) (\(reasons.joined(separator: ", ")))"
            return row(file, "\(result.ran)", "\(result.passed)", waiting)
        }
        return ([row("MLS test vectors", "ran", "passed", "waiting")] + rows).joined(separator: "\n")
    }
}
