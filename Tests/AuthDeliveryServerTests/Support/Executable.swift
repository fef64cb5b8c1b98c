import Foundation

/// The server as a process of its own.
final class Executable: Sendable {
    struct DidNotStart: Error {
        var output: String
    }

    /// Where it listens; empty until `start` has read it.
    let origin: String
    private let running: Running

    /// Runs it with these options, and does not wait for anything.
    convenience init(_ options: [String]) throws { self.init(running: try Running(options), origin: "") }

    private init(running: Running, origin: String) {
        self.running = running
        self.origin = origin
    }

    /// Runs it on a free port until it says that it listens.
    static func start(_ options: [String]) async throws -> Executable {
        let running = try Running(options + ["--port", "0"])
        for await line in running.lines {
            if let url = line.firstMatch(of: /http:\/\/127\.0\.0\.1:[1-9][0-9]*/) {
                return Executable(running: running, origin: String(url.output))
            }
        }
        throw DidNotStart(output: await running.output)
    }

    deinit { kill() }

    /// As a power cut would end it.
    func kill() { running.signal(SIGKILL) }

    /// As a service manager ends it.
    func terminate() { running.signal(SIGTERM) }

    /// Its exit code, when it has ended.
    var status: Int32 { get async { await running.status } }

    /// All that it printed, when it has ended.
    var output: String { get async { await running.output } }
}

/// A running process: what it prints, line by line, and its end.
private final class Running: Sendable {
    let lines: AsyncStream<String>
    private let identifier: Int32
    private let end: Task<(status: Int32, output: String), Never>

    struct Missing: Error {
        var name: String
    }

    init(_ options: [String]) throws {
        let process = Process()
        process.executableURL = try Self.url()
        process.arguments = options
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let (chunks, incoming) = AsyncStream.makeStream(of: Data.self)
        let (statuses, ended) = AsyncStream.makeStream(of: Int32.self)
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                incoming.finish()
            } else {
                incoming.yield(data)
            }
        }
        process.terminationHandler = { process in
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        identifier = process.processIdentifier
        self.lines = lines
        end = Task {
            var output = ""
            for await chunk in chunks {
                let text = String(decoding: chunk, as: UTF8.self)
                output += text
                for line in text.split(separator: "\n") { continuation.yield(String(line)) }
            }
            continuation.finish()
            var status: Int32 = -1
            for await value in statuses { status = value }
            return (status, output)
        }
    }

    var status: Int32 { get async { await end.value.status } }
    var output: String { get async { await end.value.output } }

    func signal(_ number: Int32) { kill(identifier, number) }

    /// Beside the test bundle, under the product's name or the target's.
    private static func url() throws -> URL {
        let test = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = URL(filePath: test ?? CommandLine.arguments[0]).deletingLastPathComponent()
        for name in ["auth-delivery-server", "AuthDeliveryServerCommand"] {
            let url = folder.appending(path: name)
            if FileManager.default.isExecutableFile(atPath: url.path) { return url }
        }
        throw Missing(name: "auth-delivery-server")
    }
}
