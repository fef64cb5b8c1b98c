import CloudMLSAPI
import CloudMLSClient
import Foundation
import GRDB
import KeyHierarchy
import Testing

/// What the rows of the table of bad input act on: alice alone in a group, bob at another key store, and things that are
/// out of date.
struct Stage: Sendable {
    /// A name that nobody uses: 32 bytes in hexadecimal.
    static let objectName = String(repeating: "ab", count: 32)

    let world: World
    let alice: Device
    let bob: Device
    /// The id of alice's group, in hexadecimal, and its epoch.
    let aliceGroup: String
    let aliceEpoch: UInt64
    /// A text that was encrypted for it.
    let aliceText: String
    let usedCode: URL
    let expiredCode: URL
    let dataOfAnotherVersion: URL
    let dataOfTheOtherServer: URL
    private let people: [String: ClientContext]

    var place: TemporaryFolder { world.place }

    static let shared = Task { try await make() }

    private static func make() async throws -> Stage {
        let world = try await World.make()
        let usedCode = try await world.setupCode()
        let alice = try world.device("alice")
        try await alice.succeeds(
            "sign-up", "alice", "--auth-delivery", world.authDelivery.origin, "--setup-code-file", usedCode.path,
            "--password-file", world.passwordFile(of: "alice").path)
        try await alice.succeeds("account", "add", "folder:alice", "--folder", world.sharedFolder.path)
        try await alice.succeeds("group", "create", "alone")
        let bob = try await world.signUp("bob", keyStore: 1)

        let expiredCode = try await world.setupCode()
        try await change(world.keyStores[0]) { try $0.execute(sql: "UPDATE setup_tokens SET expires = 1") }

        var people: [String: ClientContext] = [:]
        for name in ["alice", "bob"] {
            people[name] = try await signIn(name, world)
        }
        let group = try #require(try await groups(of: alice).first?.id)
        let record = try #require(await people["alice"]?.authDelivery.group([UInt8](hex: group) ?? []))
        let stage = Stage(
            world: world, alice: alice, bob: bob, aliceGroup: group, aliceEpoch: record.epoch,
            aliceText: try await alice.succeeds("encrypt", "alone", input: "for alice only"), usedCode: usedCode,
            expiredCode: expiredCode, dataOfAnotherVersion: try await dataOfAnotherVersion(world),
            dataOfTheOtherServer: try await dataOfTheOtherServer(world), people: people)
        // The name carol is taken at one server from here on, so that the rows that try again change nothing.
        _ = try await stage.signUp(code: usedCode)
        return stage
    }

    private struct Groups: Decodable {
        struct Group: Decodable {
            var id: String
        }
        var groups: [Group]
    }

    private static func groups(of device: Device) async throws -> [Groups.Group] {
        let answer = try await device.succeeds("group", "list", "--json")
        return try JSONDecoder().decode(Groups.self, from: Data(answer.utf8)).groups
    }

    private static func signIn(_ name: String, _ world: World) async throws -> ClientContext {
        try await Authenticator(withoutSession: nil).signIn(
            userName: UserName(typed: name), password: Password(World.password(of: name)),
            authDelivery: Origin(typed: world.authDelivery.origin))
    }

    /// Changes a server's database beside it.
    private static func change(
        _ server: ServerProcess, _ update: @escaping @Sendable (Database) throws -> Void
    ) async throws {
        for file in try StoredData.databases(in: server.dataFolder) {
            try await DatabaseQueue(path: file.path).write(update)
        }
    }

    /// A data folder in which a later release has been.
    private static func dataOfAnotherVersion(_ world: World) async throws -> URL {
        let folder = try world.place.folder("another-version")
        let server = try await ServerProcess.start(.keyStore, in: folder, logs: world.place)
        try await server.stop()
        try await change(server) {
            try $0.execute(sql: "PRAGMA user_version = 99")
        }
        return folder
    }

    private static func dataOfTheOtherServer(_ world: World) async throws -> URL {
        let folder = try world.place.folder("the-other-server")
        try await ServerProcess.start(.authDelivery, in: folder, logs: world.place).stop()
        return folder
    }
}

// What rows do.
extension Stage {
    func signIn(_ name: String, password: String) async throws -> ChildProcess.Outcome {
        try await world.device("signs-in-\(UUID().uuidString)").run(
            "sign-in", name, "--auth-delivery", world.authDelivery.origin, "--password-file", "-",
            input: password + "\n")
    }

    func signIn(_ name: String, at address: String) async throws -> ChildProcess.Outcome {
        try await world.device("signs-in-\(UUID().uuidString)").run(
            "sign-in", name, "--auth-delivery", address, "--password-file", "-", input: World.password(of: name))
    }

    func signUp(code: URL) async throws -> BadInput.Result {
        .command(
            try await world.device("signs-up-\(UUID().uuidString)").run(
                "sign-up", "carol", "--auth-delivery", world.authDelivery.origin, "--setup-code-file", code.path,
                "--password-file", world.passwordFile(of: "carol").path))
    }

    /// Starts a server that must not stay up.
    func start(
        _ role: ServerRole, folder: URL? = nil, options: [String] = []
    ) async throws -> ChildProcess.Outcome {
        let folder = try folder ?? place.folder("data-\(UUID().uuidString)")
        return try await ChildProcess(
            ServerProcess.executable(role), ["--data", folder.path, "--port", "0"] + options,
            environment: ["HOME": place.url.path], folder: place.url, name: "refuses"
        ).outcome()
    }

    func account(_ name: String) throws -> AccountAddress { try #require(AccountAddress("folder:\(name)")) }

    /// Ends the access tokens of alice's sessions, as ten minutes would.
    func expireSessions(of role: ServerRole) throws {
        let server = role == .keyStore ? world.keyStores[0] : world.authDelivery
        for file in try StoredData.databases(in: server.dataFolder) {
            try DatabaseQueue(path: file.path).write { try $0.execute(sql: "UPDATE sessions SET access_expires = 1") }
        }
    }

    /// Sends a request as it is, to see the answer as it is.
    ///
    /// - Parameter isRenewed: false takes the token that the session began with.
    func request(
        _ method: HTTPExchangeRequest.Method, _ path: String, as name: String? = nil,
        at role: ServerRole = .authDelivery,
        headers: [String: String] = [:], body: Data? = nil, isRenewed: Bool = true
    ) async throws -> BadInput.Result {
        var request = HTTPExchangeRequest(method, path)
        request.headers = headers.map { ($0.key, $0.value) }
        request.body = body.map(Array.init)
        if let name {
            let context = try #require(people[name])
            let service: any AuthenticationService = role == .keyStore ? context.keyStore : context.authDelivery
            // A request of the client's own renews the token where it has to.
            if isRenewed { _ = try await service.slots() }
            let tokens = try #require(await (service as? any HTTPService)?.connection.currentTokens)
            request.headers.append(("Authorization", "Bearer \(tokens.accessToken)"))
        }
        let server = role == .keyStore ? world.keyStores[0] : world.authDelivery
        let answer = try await NetworkTransport(origin: Origin(typed: server.origin), certificatePin: nil)
            .exchange(request)
        return .answer(status: answer.status, body: Data(answer.body))
    }
}
