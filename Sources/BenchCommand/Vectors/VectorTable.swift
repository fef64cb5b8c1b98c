import Foundation

/// The report as lines, each to be written when its file is done.
struct VectorTable {
    private let width: Int
    /// Of one file: the rest is counted, and stands in the JSON.
    private static let shownProblems = 5

    init(fileNames: [String]) { width = (fileNames + ["all 100 files"]).map(\.count).max() ?? 0 }

    var head: String { line("file", "entries", "passed", "failed", "skipped", "seconds") }

    func row(_ file: VectorReport.File) -> String {
        if let error = file.error { return pad(file.name) + "  error: \(error)\n" }
        let problems = file.problems.prefix(Self.shownProblems).map { problem in
            let suite = problem.suite.map { " (suite \($0))" } ?? ""
            return "  \(problem.kind): entry \(problem.entry)\(suite): \(problem.reason)\n"
        }
        let rest = file.problems.count - problems.count
        return counts(file.name, file.entries, file.passed, file.failed, file.skipped, file.seconds)
            + problems.joined() + (rest > 0 ? "  … and \(rest) more; --json names all\n" : "")
    }

    func foot(_ report: VectorReport) -> String {
        var foot = counts(
            report.files.count == 1 ? "1 file" : "all \(report.files.count) files", report.entries, report.passed,
            report.failed, report.skipped, report.seconds)
        if report.files.contains(where: { $0.form == nil }) {
            foot += "Files of test vectors are known by their names: \(VectorFiles.patterns). See --form.\n"
        }
        return foot
    }

    private func counts(
        _ name: String, _ entries: Int, _ passed: Int, _ failed: Int, _ skipped: Int, _ seconds: Double
    ) -> String {
        line(name, "\(entries)", "\(passed)", "\(failed)", "\(skipped)", String(format: "%.2f", seconds))
    }

    private func line(_ name: String, _ columns: String...) -> String {
        pad(name) + columns.map { String(repeating: " ", count: max(1, 9 - $0.count)) + $0 }.joined() + "\n"
    }

    private func pad(_ name: String) -> String { name + String(repeating: " ", count: max(0, width - name.count)) }
}
