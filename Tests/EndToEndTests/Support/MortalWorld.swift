import CloudMLSAPI
import CloudMLSClient
import Foundation
import GRDB
import KeyHierarchy
import MLSCodec
import Testing

/// Two key stores and an auth-delivery server that die at any request, behind proxies whose addresses stay. Alice has a
/// laptop, a tablet, and a group.
final class MortalWorld: Sendable {
    let place: TemporaryFolder
    let plan = KillPlan()
    let authDelivery: MortalServer
    let keyStores: [MortalServer]
    /// In front of the auth-delivery server, and of the key stores.
    private let proxies: [KillingProxy]
    let laptop: LibraryDevice
    let tablet: LibraryDevice
    let group: GroupID
    /// What was sent in the group.
    private let texts = Texts()

    static let account = AccountAddress("folder:alice")

    /// - Parameter objects: how many there are beside those of the account and the group.
    init(keyStores count: Int = 1, objects: Int = 0) async throws {
        let place = try TemporaryFolder()
        self.place = place
        var servers = [try await MortalServer(.authDelivery, in: place.folder("auth-delivery"), logs: place)]
        for number in 0..<count {
            servers.append(try await MortalServer(.keyStore, in: place.folder("key-store-\(number)"), logs: place))
        }
        proxies = try servers.map { [plan] in try KillingProxy(to: $0, plan) }
        authDelivery = servers[0]
        keyStores = Array(servers.dropFirst())
        let origin = try Origin(typed: proxies[0].origin)
        laptop = LibraryDevice(folder: try place.folder("laptop").path, authDelivery: origin)
        tablet = LibraryDevice(folder: try place.folder("tablet").path, authDelivery: origin)
        let code = try await Self.code(of: keyStores[0], at: proxies[1], place)
        let account = try #require(Self.account)
        group = try await laptop.signUp("alice", password: Self.password(0), code) { context in
            let messenger = Messenger(context: context)
            try await messenger.addAccount(account)
            for start in stride(from: 0, to: objects, by: Limits.batchCount) {
                let writes = (start..<min(start + Limits.batchCount, objects)).map {
                    SealedWrite(path: "test/\($0)", ifRevision: 0, body: [UInt8](repeating: 1, count: 1_000))
                }
                guard case .written = try await context.sealed.write(writes) else { throw CancellationError() }
            }
            return try await messenger.createGroup(chat: "chat", account: account, members: [])
        }
        try await tablet.signIn("alice", password: Self.password(0)) { _ in }
    }

    static func password(_ number: Int) -> String { "password \(number)" }

    /// A fresh setup code of a key store, with the address of its proxy.
    func code(_ keyStore: Int) async throws -> SetupCode {
        try await Self.code(of: keyStores[keyStore], at: proxies[1 + keyStore], place)
    }

    func origin(_ keyStore: Int) throws -> Origin { try Origin(typed: proxies[1 + keyStore].origin) }

    private static func code(
        of server: MortalServer, at proxy: KillingProxy, _ place: TemporaryFolder
    ) async throws -> SetupCode {
        let outcome = try await ChildProcess(
            ServerProcess.executable(.keyStore),
            ["invite", "--data", server.dataFolder.path, "--public-url", proxy.origin],
            environment: ["HOME": place.url.path], folder: place.url, name: "invite"
        ).outcome()
        let code = try #require(
            outcome.output.firstMatch(of: /cloudmls-setup1:[A-Za-z0-9_-]+/), "invite said: \(outcome)")
        return try SetupCode(text: String(code.output))
    }

    /// One device sends and the other reads all that was ever sent, and the other way round.
    func expectConversation() async throws {
        for (sender, reader) in [(tablet, laptop), (laptop, tablet)] {
            let text = "text \(UUID().uuidString)"
            let sealed = try await sender.run { try await Messenger(context: $0).encrypt(text, for: self.group) }
            let all = await texts.add((sealed, text))
            try await reader.run { context in
                let messenger = Messenger(context: context)
                _ = try await messenger.sync()
                for (sealed, text) in all {
                    guard case .sealed(let message) = try await messenger.decrypt(sealed) else {
                        Issue.record("a text cannot be read")
                        continue
                    }
                    #expect(message.text == text)
                }
            }
        }
    }

    private actor Texts {
        private var sent: [(String, String)] = []

        /// - Returns: the first one, the newest ones, and this one: all of them would take longer with every death.
        func add(_ text: (String, String)) -> [(String, String)] {
            sent.append(text)
            return sent.prefix(1) + sent.dropFirst().suffix(3)
        }
    }

    /// Which of these passwords each server takes, and opens its slot: all of them that do. Asked of the databases, since
    /// servers slow down whoever tries many.
    func passwords(
        among candidates: [String], keyStore: Int = 0, user: String = "alice"
    ) async throws -> (authDelivery: [String], keyStore: [String]) {
        (
            try await passwords(among: candidates, of: "alice", at: authDelivery, ProfileScope.self),
            try await passwords(among: candidates, of: user, at: keyStores[keyStore], StoreScope.self)
        )
    }

    private func passwords<Scope: SlotScope>(
        among candidates: [String], of user: String, at server: MortalServer, _: Scope.Type
    ) async throws -> [String] {
        let rows = try Self.rows(
            server,
            """
            SELECT body, public_key FROM slots JOIN login_keys ON slots.user_id = login_keys.user_id AND slots.id = slot_id
            JOIN users ON users.id = slots.user_id WHERE users.name = '\(user)' AND slots.kind = 'password'
            """
        ) { (body: $0["body"] as Data, key: $0["public_key"] as Data) }
        let row = try #require(rows.count == 1 ? rows.first : nil, "not one password")
        let slot = try Slot<Scope>(decoding: Array(row.body))
        let kdf = try #require(slot.header.kdf)
        let transport = try NetworkTransport(
            origin: Origin(typed: "http://127.0.0.1:\(server.port)"), certificatePin: nil)
        let answer = try await transport.exchange(HTTPExchangeRequest(.get, "/v1/server"))
        let info = try JSONDecoder().decode(ServerInfo.self, from: Data(answer.body))
        let serverID = try #require(ServerID(bytes: info.serverID.array))
        var found: [String] = []
        for candidate in candidates {
            let hasher = PasswordHasher(try Password(candidate), policy: ClientEnvironment.cheap.kdfPolicy)
            let key = try await hasher.key(kdf)
            let isOpened = (try? slot.openUnverified(with: key)) != nil
            let isTaken = try key.loginKey(role: Scope.role, serverID: serverID).publicKey.bytes == Array(row.key)
            #expect(isOpened == isTaken, "one server takes a password that does not open its slot")
            if isOpened { found.append(candidate) }
        }
        return found
    }

    /// A value in a key store's database.
    func value<Value: DatabaseValueConvertible & Sendable>(_ keyStore: Int, _ sql: String) throws -> Value? {
        try Self.rows(keyStores[keyStore], sql) { Value.fromDatabaseValue($0[0]) }.first ?? nil
    }

    /// How many recovery codes sign in at each server.
    func recoveryCodes() throws -> [Int] {
        try [authDelivery, keyStores[0]].map { server in
            try Self.rows(server, "SELECT 1 FROM login_keys WHERE kind = 'recovery'") { _ in () }.count
        }
    }

    private static func rows<Value: Sendable>(
        _ server: MortalServer, _ sql: String, _ value: @escaping @Sendable (Row) -> Value
    ) throws -> [Value] {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let file = server.dataFolder.appending(path: "data.sqlite")
        return try DatabaseQueue(path: file.path, configuration: configuration).read { db in
            try Row.fetchAll(db, sql: sql).map(value)
        }
    }

    func stop() async throws {
        for server in [authDelivery] + keyStores { try await server.stop() }
    }
}

/// A device of the test process with a client folder. Each call is what a command in a process of its own is: it begins
/// with what the folder holds. The KDF is the cheapest there is.
struct LibraryDevice: Sendable {
    let folder: String
    let authDelivery: Origin

    /// Does a command's work for the user who is signed in.
    func run<Result: Sendable>(_ work: (ClientContext) async throws -> Result) async throws -> Result {
        try await work(try await Authenticator(folder: openFolder(), environment: .cheap).resume())
    }

    func signUp<Result: Sendable>(
        _ name: String, password: String, _ code: SetupCode, _ work: (ClientContext) async throws -> Result
    ) async throws -> Result {
        try await work(
            try await Authenticator(folder: openFolder(), environment: .cheap).signUp(
                userName: UserName(typed: name), password: Password(password), authDelivery: authDelivery,
                keyStore: .setupCode(code)))
    }

    func signIn(
        _ name: String, password: String, _ work: (ClientContext) async throws -> Void = { _ in }
    ) async throws {
        try await work(
            try await Authenticator(folder: openFolder(), environment: .cheap).signIn(
                userName: UserName(typed: name), password: Password(password), authDelivery: authDelivery))
    }

    func signIn(
        _ name: String, recoveryCode: RecoveryCode, _ work: (ClientContext) async throws -> Void
    ) async throws {
        try await work(
            try await Authenticator(folder: openFolder(), environment: .cheap).signIn(
                userName: UserName(typed: name), recoveryCode: recoveryCode, authDelivery: authDelivery))
    }

    /// The folder's lock goes with the last task of the call before.
    private func openFolder() async throws -> ClientFolder {
        while true {
            do {
                return try ClientFolder(path: folder)
            } catch let error as ClientError where error.code == .inUse {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }
}

extension ClientEnvironment {
    /// The cheapest KDF there is, under the policy that exists for tests only.
    static var cheap: ClientEnvironment {
        var environment = ClientEnvironment.system
        environment.kdfPolicy = KDFPolicy(testOnlyUnsafeFloorOf: .standard)
        environment.kdfDefault = .argon2id(memoryKiB: 8, iterations: 1, parallelism: 1)
        return environment
    }
}
