import Foundation
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Every process that is still running ends with the test process, whatever ends that.
private let running = Mutex<Set<Int32>>([])

private let endsWithUs: Void = {
    atexit {
        for process in running.withLock({ $0 }) {
            kill(process, SIGKILL)
        }
    }
}()

/// A process with files for what it reads and prints, so that no pipe can fill up.
final class ChildProcess: Sendable {
    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    private struct Termination: Sendable {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    /// Where standard output and error go.
    let outputFile: URL
    let errorFile: URL
    let identifier: Int32
    private let termination: Terminations

    private final class Terminations: Sendable {
        let state = Mutex(Termination())

        func end(_ status: Int32) {
            let waiting = state.withLock { state in
                state.status = status
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting {
                continuation.resume(returning: status)
            }
        }

        func wait() async -> Int32 {
            await withCheckedContinuation { continuation in
                let status = state.withLock { state in
                    if state.status == nil { state.waiting.append(continuation) }
                    return state.status
                }
                if let status { continuation.resume(returning: status) }
            }
        }
    }

    /// - Parameters:
    ///   - environment: the whole of it; nothing is inherited.
    ///   - input: what standard input gives before it ends.
    ///   - terminal: standard input instead.
    ///   - screen: standard error instead.
    init(
        _ executable: URL, _ arguments: [String], environment: [String: String] = [:], input: Data = Data(),
        terminal: FileHandle? = nil, screen: FileHandle? = nil, folder: URL, name: String
    ) throws {
        _ = endsWithUs
        let unique = "\(name)-\(UUID().uuidString)"
        outputFile = folder.appending(path: unique + ".output")
        errorFile = folder.appending(path: unique + ".errors")
        let inputFile = folder.appending(path: unique + ".input")
        try input.write(to: inputFile)
        try Data().write(to: outputFile)
        try Data().write(to: errorFile)
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        let input = try FileHandle(forReadingFrom: inputFile)
        let output = try FileHandle(forWritingTo: outputFile)
        let errors = try FileHandle(forWritingTo: errorFile)
        // The program has copies of its own, once it runs; `Process` may live on and hold these.
        defer {
            for handle in [input, output, errors] { try? handle.close() }
        }
        process.standardInput = terminal ?? input
        process.standardOutput = output
        process.standardError = screen ?? errors
        let termination = Terminations()
        self.termination = termination
        process.terminationHandler = { process in
            _ = running.withLock { $0.remove(process.processIdentifier) }
            // A signal counts as the shell counts it.
            let signalled = process.terminationReason == .uncaughtSignal
            termination.end(signalled ? 128 + process.terminationStatus : process.terminationStatus)
        }
        try process.run()
        let identifier = process.processIdentifier
        self.identifier = identifier
        _ = running.withLock { $0.insert(identifier) }
    }

    deinit { signal(SIGKILL) }

    var hasEnded: Bool { termination.state.withLock { $0.status != nil } }

    func signal(_ number: Int32) {
        if !hasEnded { kill(identifier, number) }
    }

    /// Waits for its end.
    func outcome() async throws -> Outcome {
        let status = await termination.wait()
        return Outcome(status: status, output: try text(outputFile), errors: try text(errorFile))
    }

    func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
}
