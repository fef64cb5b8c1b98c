import Dispatch

/// How a provider does work for many members at once.
enum Concurrency: Sendable {
    case serial
    /// On all cores.
    case parallel

    func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
        precondition(count >= 0, "work for a negative number of members")
        switch self {
        case .serial: for index in 0..<count { body(index) }
        case .parallel: DispatchQueue.concurrentPerform(iterations: count, execute: body)
        }
    }
}
