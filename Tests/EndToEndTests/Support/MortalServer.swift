import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A server that is killed and started again on the same data and the same port.
final class MortalServer: Sendable {
    let dataFolder: URL
    let port: UInt16
    private let role: ServerRole
    private let logs: TemporaryFolder
    private let process: Mutex<ServerProcess>

    init(_ role: ServerRole, in dataFolder: URL, logs: TemporaryFolder) async throws {
        self.role = role
        self.dataFolder = dataFolder
        self.logs = logs
        let process = try await ServerProcess.start(role, in: dataFolder, logs: logs)
        port = UInt16(try Origin(typed: process.origin).port)
        self.process = Mutex(process)
    }

    /// Ends it as a power cut would; does not wait.
    func kill() { process.withLock { $0 }.process.signal(SIGKILL) }

    /// Waits for its end, and starts it again.
    func revive() async throws {
        _ = try await process.withLock { $0 }.process.outcome()
        let again = try await ServerProcess.start(
            role, in: dataFolder, port: Int(port), logs: logs)
        process.withLock { $0 = again }
    }

    func stop() async throws { try await process.withLock { $0 }.stop() }

    /// Bytes of the journal, which grows with every transaction until it is folded into the database.
    var journalSize: Int {
        let descriptor = open(dataFolder.appending(path: "data.sqlite-wal").path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return Int(lseek(descriptor, 0, SEEK_END))
    }
}
