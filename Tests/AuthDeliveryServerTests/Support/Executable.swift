import Foundation
import Synchronization

/// The server as a process of its own. What it prints goes into a file, so that no pipe outlives it in another process.
final class Executable: Sendable {
    struct DidNotStart: Error {
        var output: String
    }

    struct Missing: Error {
        var name: String
    }

    let identifier: Int32
    private let outputFile: URL
    private let end: Task<Int32, Never>
    private let hasEnded: Flag
    /// Held so that they are there for as long as this is.
    private let folders: [TemporaryFolder]

    private final class Flag: Sendable {
        let value = Mutex(false)
    }

    /// Runs it with its data in a folder and these options, and does not wait for anything.
    /// - Parameter wrapper: a command that becomes the server.
    init(in data: TemporaryFolder, _ options: [String] = [], wrapper: [String] = []) throws {
        let folder = TemporaryFolder()
        folders = [folder, data]
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        outputFile = URL(filePath: folder.path).appending(path: "output")
        try Data().write(to: outputFile)
        let handle = try FileHandle(forWritingTo: outputFile)
        let process = Process()
        let command = wrapper + [try Self.url().path, "--data", data.path, "--port", "0"] + options
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"]
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        let (statuses, ended) = AsyncStream.makeStream(of: Int32.self)
        let flag = Flag()
        process.terminationHandler = { process in
            flag.value.withLock { $0 = true }
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        identifier = process.processIdentifier
        hasEnded = flag
        end = Task { await statuses.first { _ in true } ?? -1 }
    }

    deinit { signal(SIGKILL) }

    /// Runs it on a free port until it says that it listens.
    static func start(in data: TemporaryFolder, wrapper: [String] = []) async throws -> Executable {
        let executable = try Executable(in: data, wrapper: wrapper)
        while try executable.listening() == nil {
            guard !executable.hasEnded.value.withLock({ $0 }) else {
                throw DidNotStart(output: try await executable.output)
            }
            await Task.yield()
        }
        return executable
    }

    /// Where it listens.
    var origin: String { get throws { try listening() ?? "" } }

    /// As a power cut would end it.
    func kill() async {
        signal(SIGKILL)
        _ = await status
    }

    /// As a service manager ends it.
    func terminate() { signal(SIGTERM) }

    /// Its exit code, when it has ended.
    var status: Int32 { get async { await end.value } }

    /// All that it printed, when it has ended.
    var output: String {
        get async throws {
            _ = await status
            return try printed()
        }
    }

    /// All that it has printed so far.
    func printed() throws -> String { String(decoding: try Data(contentsOf: outputFile), as: UTF8.self) }

    private func listening() throws -> String? {
        try printed().firstMatch(of: /listens on (http:\/\/127\.0\.0\.1:[1-9][0-9]*)\n/).map { String($0.output.1) }
    }

    private func signal(_ number: Int32) {
        if !hasEnded.value.withLock({ $0 }) { _ = Foundation.kill(identifier, number) }
    }

    /// Beside the test bundle, under the product's name or the target's, whichever was built last.
    private static func url() throws -> URL {
        let test = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = URL(filePath: test ?? CommandLine.arguments[0]).deletingLastPathComponent()
        let built = ["auth-delivery-server", "AuthDeliveryServerCommand"].compactMap { name in
            let url = folder.appending(path: name)
            let date = try? url.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
            return date.map { (url: url, date: $0) }
        }
        guard let newest = built.max(by: { $0.date < $1.date }) else { throw Missing(name: "auth-delivery-server") }
        return newest.url
    }
}
