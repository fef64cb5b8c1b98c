import Foundation

/// strace: shows and changes what a process asks of the system.
enum Tracer {
    static let path = "/usr/bin/strace"

    /// Whether processes can be traced here: it takes strace, and containers may forbid it.
    static let isUsable: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-f", "-e", "trace=fsync", "-o", "/dev/null", "/bin/true"]
        process.standardError = FileHandle.nullDevice
        guard FileManager.default.isExecutableFile(atPath: path), (try? process.run()) != nil else {
            return false
        }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Runs a command that gets a signal when it makes one of the calls for the n-th time.
    static func signalling(_ signal: String, at calls: String, number: Int) -> [String] {
        [
            path, "-f", "-qq", "-e", "trace=\(calls)", "-e", "inject=\(calls):signal=\(signal):when=\(number)", "-o",
            "/dev/null",
        ]
    }
}
