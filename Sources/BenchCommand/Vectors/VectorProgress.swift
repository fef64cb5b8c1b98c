import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How far a file is, on standard error, once it takes longer than a second. At a terminal the line stays in its place;
/// elsewhere, as in a log, there is a new one every ten seconds.
final class VectorProgress {
    private let clock = ContinuousClock()
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var begun: ContinuousClock.Instant
    private var shown: ContinuousClock.Instant?
    private var hasLine = false

    init() { begun = clock.now }

    func show(_ name: String, done: Int, of total: Int) {
        let now = clock.now
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
        guard now - begun >= .seconds(1), shown.map({ now - $0 >= pause }) ?? true, done < total else { return }
        shown = now
        hasLine = isTerminal
        let line = "\(name): \(done) of \(total) entries"
        FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n").utf8))
    }

    /// The file is done: its line gives way to what comes next, and the next file begins.
    func end() {
        if hasLine { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        (hasLine, shown, begun) = (false, nil, clock.now)
    }
}

/// Standard output, written at once: whoever reads it from a pipe sees a line when it is there.
enum Output {
    static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
