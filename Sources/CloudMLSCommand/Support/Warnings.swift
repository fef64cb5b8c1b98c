import CommandSupport
import Synchronization

/// What the user has to know besides the command's answer, on standard error, each once: a command may synchronise twice.
final class Warnings: Sendable {
    private let shown = Mutex<Set<String>>([])

    func write(_ warnings: [String]) {
        for warning in warnings where shown.withLock({ $0.insert(warning).inserted }) {
            Terminal.writeError("warning: \(Terminal.safe(warning))\n")
        }
    }
}
