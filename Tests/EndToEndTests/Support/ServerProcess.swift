import CloudMLSAPI
import Foundation
import KeyHierarchy

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A real server on a free port of the loopback interface, with a data folder of its own.
final class ServerProcess: Sendable {
    struct DidNotStart: Error {
        var log: String
    }

    let role: ServerRole
    let dataFolder: URL
    let origin: String
    let process: ChildProcess

    private init(role: ServerRole, dataFolder: URL, origin: String, process: ChildProcess) {
        self.role = role
        self.dataFolder = dataFolder
        self.origin = origin
        self.process = process
    }

    static func executable(_ role: ServerRole) throws -> URL {
        switch role {
        case .keyStore: try Executables.url(Executables.keyStoreServer)
        case .authDelivery: try Executables.url(Executables.authDeliveryServer)
        }
    }

    /// Starts a server and waits until it says where it listens.
    static func start(
        _ role: ServerRole, in dataFolder: URL, port: Int = 0, logs: TemporaryFolder, options: [String] = []
    ) async throws -> ServerProcess {
        let process = try ChildProcess(
            try executable(role), ["--data", dataFolder.path, "--port", String(port)] + options,
            environment: ["HOME": logs.url.path, "PATH": "/usr/bin:/bin"], folder: logs.url, name: role.rawValue)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let log = try process.text(process.outputFile) + process.text(process.errorFile)
            if let origin = log.firstMatch(of: /https?:\/\/127\.0\.0\.[12]:[1-9][0-9]*/) {
                return ServerProcess(
                    role: role, dataFolder: dataFolder, origin: String(origin.output), process: process)
            }
            if process.hasEnded { throw DidNotStart(log: log) }
            await Task.yield()
        }
        process.signal(SIGKILL)
        throw DidNotStart(log: "it does not say that it listens")
    }

    /// Ends it in order and waits for its end.
    func stop() async throws {
        process.signal(SIGTERM)
        _ = try await process.outcome()
    }

    /// Ends it as a power cut would.
    func kill() async throws {
        process.signal(SIGKILL)
        _ = try await process.outcome()
    }
}
