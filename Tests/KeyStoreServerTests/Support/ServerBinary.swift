import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The executable `key-store-server`, run as a process of its own.
final class ServerBinary: Sendable {
    struct DidNotStart: Error { var output: String }

    let origin: String
    private let process: Process
    private let output: URL
    private let errorFile: URL

    /// The built executable, beside the test bundle. Under the name of its target where a build makes no products.
    static let executable: URL? = {
        let bundle =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .map { URL(filePath: $0) } ?? Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        guard let folder = bundle?.deletingLastPathComponent() else { return nil }
        let candidates = ["key-store-server", "KeyStoreServerCommand"].map { folder.appending(path: $0) }
        func modified(_ url: URL) -> Date {
            (try? url.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate) ?? .distantPast
        }
        return candidates.filter { FileManager.default.isExecutableFile(atPath: $0.path) }
            .max { modified($0) < modified($1) }
    }()

    /// Runs the executable to its end, on its own or under a tracer.
    /// - Parameter environment: the whole of it; nil takes this process's.
    static func run(
        _ arguments: [String], wrapper: [String] = [], input: String? = nil, environment: [String: String]? = nil
    ) async throws -> (status: Int32, output: String, errors: String) {
        let folder = try TemporaryFolder()
        let files = ["out", "err"].map { folder.url.appending(path: $0) }
        guard let executable else { throw DidNotStart(output: "the executable was not built") }
        let command = wrapper + [executable.path] + arguments
        let process = try makeProcess(
            URL(filePath: command[0]), Array(command.dropFirst()), output: files[0], errors: files[1])
        if let input {
            let file = folder.url.appending(path: "in")
            try Data(input.utf8).write(to: file)
            process.standardInput = try FileHandle(forReadingFrom: file)
        }
        if let environment { process.environment = environment }
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return (status, try text(files[0]), try text(files[1]))
    }

    /// Starts the server, on its own or under a tracer, and waits until it says where it listens.
    init(_ folder: TemporaryFolder, wrapper: [String] = [], options: [String] = []) async throws {
        output = folder.url.appending(path: "output-\(UUID().uuidString)")
        errorFile = folder.url.appending(path: "errors-\(UUID().uuidString)")
        guard let server = Self.executable else { throw DidNotStart(output: "the executable was not built") }
        let command = wrapper + [server.path, "--data", folder.dataFolder, "--port", "0"] + options
        process = try Self.makeProcess(
            URL(filePath: command[0]), Array(command.dropFirst()), output: output,
            errors: errorFile)
        try process.run()
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let text = try Self.text(output)
            if let match = text.firstMatch(of: /listens on (http:\S+)\n/) {
                origin = String(match.output.1)
                return
            }
            guard process.isRunning, ContinuousClock.now < deadline else { throw DidNotStart(output: text) }
            await Task.yield()
        }
    }

    var http: TestHTTP { TestHTTP(origin: origin) }
    var identifier: Int32 { process.processIdentifier }
    /// What it has said on standard error.
    var errors: String { get throws { try Self.text(errorFile) } }
    var printed: String { get throws { try Self.text(output) } }

    /// Ends it as a power cut would.
    func kill() { signalAndWait(identifier, SIGKILL) }

    /// Ends it in order.
    func stop() -> Int32 {
        signalAndWait(identifier, SIGTERM)
        return process.terminationStatus
    }

    /// Ends the server that a wrapper runs.
    func stopWrapped() throws {
        let children = try Self.text(URL(filePath: "/proc/\(identifier)/task/\(identifier)/children"))
        guard let child = children.split(separator: " ").first.flatMap({ Int32($0) }) else { return }
        signalAndWait(child, SIGTERM)
    }

    private func signalAndWait(_ process: Int32, _ signal: Int32) {
        send(signal, to: process)
        self.process.waitUntilExit()
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    private static func makeProcess(
        _ executable: URL?, _ arguments: [String], output: URL, errors: URL
    ) throws -> Process {
        guard let executable else { throw DidNotStart(output: "the executable was not built") }
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        return process
    }

    private static func text(_ file: URL) throws -> String {
        String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
}

private func send(_ signal: Int32, to process: Int32) { kill(process, signal) }
