import AuthDeliveryServer
import CloudMLSAPI
import Foundation
import Logging
import ServerKit
import Synchronization

/// A server in this process: a real socket on a port of its own, and a folder that is gone afterwards.
struct TestServer: Sendable {
    let origin: String
    private let application: AuthDeliveryApplication

    /// How many wait for something in an inbox.
    var waiting: Int { application.signals.waiting }

    /// Forgets what retention lets go, now.
    func purge() async throws { try await application.retention.purge() }

    struct DidNotStart: Error {}

    /// Runs a server for as long as `body` takes.
    static func run<Result: Sendable>(
        _ settings: Setting..., clock: TestClock = TestClock(), folder: TemporaryFolder = TemporaryFolder(),
        _ body: @escaping @Sendable (TestServer) async throws -> Result
    ) async throws -> Result {
        defer { withExtendedLifetime(folder) {} }
        var configuration = AuthDeliveryConfiguration(dataFolder: folder.path)
        configuration.service.port = 0
        for setting in settings { setting.apply(&configuration) }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let application = try AuthDeliveryApplication(configuration, clock: clock.serverClock, logger: logger)
        let (origins, listening) = AsyncStream.makeStream(of: String.self)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await application.run { _, origin in listening.yield("\(origin)") }
            }
            defer { tasks.cancelAll() }
            guard let origin = await origins.first(where: { _ in true }) else { throw DidNotStart() }
            return try await body(TestServer(origin: origin, application: application))
        }
    }

    /// A new user who is signed in.
    func user(_ name: String) async throws -> TestUser {
        let user = try TestUser(name: name, origin: origin)
        try await user.register()
        return try await user.signedIn()
    }

    /// A new user with the account `folder:<name>`, and this many KeyPackages.
    func member(_ name: String, keyPackages: Int = 0) async throws -> TestMember {
        let member = try await TestMember.register("folder:\(name)", of: try await user(name))
        if keyPackages > 0 { _ = try await member.upload(keyPackages) }
        return member
    }
}

/// A clock that moves when it is told to.
final class TestClock: Sendable {
    private let seconds: Mutex<UInt64>

    init(_ start: UInt64 = 1_800_000_000) { seconds = Mutex(start) }

    var now: UInt64 { seconds.withLock { $0 } }
    var serverClock: ServerClock { ServerClock { self.now } }

    func advance(by duration: UInt64) { seconds.withLock { $0 += duration } }
}

/// A folder that is gone when nobody holds it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "cloudmls-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
