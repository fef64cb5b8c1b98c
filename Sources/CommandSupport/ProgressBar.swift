import Synchronization

/// A line on standard error that says how far something is, how fast it goes and how long it takes. At a terminal it stays
/// in its place; elsewhere, as in a log, there is a new one now and then.
package final class ProgressBar: Sendable {
    private struct State {
        /// When the first was shown, and how far it was then: the rate is of what came after.
        var first: (time: ContinuousClock.Instant, done: Int)?
        var shown: ContinuousClock.Instant?
        var hasLine = false
    }

    private static let width = 24
    /// At a terminal: seldom enough to cost nothing, often enough to look alive.
    private static let interval = Duration.milliseconds(100)

    private let unit: String
    private let isTerminal: Bool
    private let interval: Duration
    private let begun = ContinuousClock.now
    private let state = Mutex(State())

    /// - Parameter interval: where there is no terminal; zero says nothing.
    package init(unit: String, interval: Duration, isTerminal: Bool = Terminal.errorIsTerminal) {
        self.unit = unit
        self.isTerminal = isTerminal
        self.interval = isTerminal ? Self.interval : interval
    }

    /// - Parameter total: nothing is shown of nothing.
    package func show(done: Int, of total: Int) {
        guard interval > .zero, total > 0 else { return }
        let now = ContinuousClock.now
        state.withLock { state in
            let first = state.first ?? (now, done)
            state.first = first
            // What is over soon needs no line in a log.
            let last = state.shown ?? (isTerminal ? nil : begun)
            guard isTerminal && done >= total || last.map({ now - $0 >= interval }) ?? true else { return }
            state.shown = now
            state.hasLine = isTerminal
            let rate = Self.rate(done - first.done, in: now - first.time)
            let line = Self.line(done: done, of: total, unit: unit, rate: rate)
            Terminal.writeError(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
        }
    }

    /// Leaves the line, and begins a new one for what comes next.
    package func end() {
        let hasLine = state.withLock { state in
            defer { state.hasLine = false }
            return state.hasLine
        }
        if hasLine { Terminal.writeError("\n") }
    }

    /// - Parameter rate: units per second; nil while it is not known.
    static func line(done: Int, of total: Int, unit: String, rate: Double?) -> String {
        let share = min(1, Double(done) / Double(max(total, 1)))
        let full = Int(share * Double(width))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
        var line = "[\(bar)] \(Int(share * 100)) %  \(done) of \(total) \(unit)"
        guard let rate else { return line }
        line += "  \(Int(rate)) per second"
        if done < total { line += "  \(time(Int(Double(total - done) / rate) + 1)) left" }
        return line
    }

    private static func rate(_ done: Int, in duration: Duration) -> Double? {
        let seconds = duration / .seconds(1)
        return seconds > 0.2 && done > 0 ? Double(done) / seconds : nil
    }

    private static func time(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3_600: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
        }
    }
}
