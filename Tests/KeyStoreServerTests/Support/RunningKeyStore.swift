import Foundation
import KeyHierarchy
import KeyStoreServer
import ServerKit

/// A key store in this process, on a socket of its own.
final class RunningKeyStore: Sendable {
    struct DidNotStart: Error {}

    let folder: TemporaryFolder
    let clock: TestClock
    let application: KeyStoreApplication
    let http: TestHTTP
    let setupCode: SetupCode?
    private let running: Task<Void, any Error>

    private init(
        folder: TemporaryFolder, clock: TestClock, application: KeyStoreApplication, ready: KeyStoreApplication.Ready,
        running: Task<Void, any Error>
    ) {
        self.folder = folder
        self.clock = clock
        self.application = application
        http = TestHTTP(origin: ready.listening.rawValue)
        setupCode = ready.setupCode
        self.running = running
    }

    static func start(
        in folder: TemporaryFolder? = nil, clock: TestClock = TestClock(),
        configure: (inout KeyStoreConfiguration) -> Void = { _ in }
    ) async throws -> RunningKeyStore {
        let folder = try folder ?? TemporaryFolder()
        var configuration = KeyStoreConfiguration(dataFolder: folder.dataFolder)
        configuration.service.port = 0
        configure(&configuration)
        let application = try KeyStoreApplication(configuration, clock: clock.clock)
        let (stream, continuation) = AsyncStream.makeStream(of: KeyStoreApplication.Ready.self)
        let running = Task {
            defer { continuation.finish() }
            try await application.run { continuation.yield($0) }
        }
        for await ready in stream {
            return RunningKeyStore(
                folder: folder, clock: clock, application: application, ready: ready, running: running)
        }
        try await running.value
        throw DidNotStart()
    }

    /// Stops it and waits until it has.
    func stop() async {
        running.cancel()
        _ = await running.result
    }

    deinit { running.cancel() }

    /// Registers a user with the first setup code, and signs in.
    func firstUser(_ name: String = "alice") async throws -> SignedInUser {
        let user = try TestUser(name)
        try await user.register(at: http, token: setupCode?.token)
        return try await user.signIn(at: http)
    }

    /// Invites, registers and signs in a user.
    func nextUser(_ name: String) async throws -> SignedInUser {
        let code = try await Invitation.make(dataFolder: folder.dataFolder, publicURL: nil, clock: clock.clock)
        let user = try TestUser(name)
        try await user.register(at: http, token: code.token)
        return try await user.signIn(at: http)
    }
}
