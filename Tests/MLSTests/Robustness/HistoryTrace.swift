/// What happened in a history, in all its groups.
final class HistoryTrace {
    /// One line each.
    private(set) var lines: [String] = []
    /// How often each operation came to something.
    private(set) var counts: [String: Int] = [:]

    func note(_ what: String, _ line: String) {
        lines.append("\(lines.count): \(line)")
        counts[what, default: 0] += 1
    }
}
