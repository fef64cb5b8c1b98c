import Foundation

/// A server that was started for the measurements, as a process of its own.
final class StartedServer {
    struct DidNotStart: Error, CustomStringConvertible {
        var program: String
        var description: String { "\(program) did not start. It has to lie beside cloudmls-bench." }
    }

    let address: ServerAddress
    /// From the start of the process to its first answer.
    let startMilliseconds: Double
    private let process: Process

    static func bare() throws -> StartedServer {
        try StartedServer(folder.appending(path: "cloudmls-bench"), ["bare-server"], firstAnswer: "/v1/objects/name")
    }

    /// - Parameter preload: a library that changes what the system's functions do.
    static func keyStore(data: String, preload: String? = nil) throws -> StartedServer {
        try StartedServer(
            folder.appending(path: "key-store-server"),
            [
                "--data", data, "--port", "0", "--registration", "open", "--network-rate", "1000000", "--login-rate",
                "1000000",
            ], preload: preload, firstAnswer: "/health")
    }

    private init(_ program: URL, _ arguments: [String], preload: String? = nil, firstAnswer path: String) throws {
        let output = Pipe()
        process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        if let preload {
            process.environment = ProcessInfo.processInfo.environment.merging(["LD_PRELOAD": preload]) { $1 }
        }
        let start = ContinuousClock.now
        do {
            try process.run()
        } catch {
            throw DidNotStart(program: program.path)
        }
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw DidNotStart(program: program.path) }
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /listens on (http:\S+)\n/) {
                address = try ServerAddress(String(match.output.1))
                break
            }
        }
        let request = Array("GET \(path) HTTP/1.1\r\n".utf8) + HTTPText.tail([])
        _ = try BenchConnection(address).exchange(request)
        startMilliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    }

    /// Megabytes (10⁶ bytes) that the process has for itself, from `/proc`.
    var rssAnon: Double {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let kibibytes = status.firstMatch(of: /RssAnon:\s+(\d+) kB/).flatMap { Double($0.output.1) }
            return (kibibytes ?? 0) * 1_024 / 1_000_000
        }
    }

    /// Seconds of the processors that the process has taken, from `/proc`.
    var processorSeconds: Double {
        get throws {
            let stat = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
            // The name of the program, in parentheses, can have spaces; user and system time are fields 14 and 15.
            let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
            let ticks = fields.count > 12 ? (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0) : 0
            return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }

    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    private static var folder: URL {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(filePath: own ?? CommandLine.arguments[0]).deletingLastPathComponent()
    }
}

/// A folder for the servers' data.
struct BenchFolder {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "cloudmls-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func remove() { try? FileManager.default.removeItem(at: url) }
}
