import CloudMLSAPI
import CloudMLSClient
import Foundation
import GRDB
import KeyHierarchy
import Testing

/// A person with one device, which commands and the library use in turn.
struct Person: Sendable {
    let name: String
    let device: Device
    let account: AccountAddress
    let authDelivery: Origin

    /// The same client folder, worked on by the test process.
    var library: LibraryDevice {
        LibraryDevice(folder: device.home.appending(path: "cloudmls").path, authDelivery: authDelivery)
    }
}

/// An auth-delivery server and a key store, as real processes, and people on them: scenes come one after the other.
actor CrashLane {
    let world: World
    private let number: Int
    private var people: [Person] = []
    private var scenes = 0
    private var strangers = 0

    /// Groups of earlier scenes are looked at by each command, so that people go before they have many.
    private static let scenesOfPeople = 12

    init(number: Int) async throws {
        self.number = number
        world = try await World.make(
            keyStores: 1, keyStoreOptions: ["--registration", "open", "--network-rate", "1000000"])
    }

    /// Alice, Bob and Carol, who are signed up, and the name of a chat that nobody has used.
    func scene(_ title: String) async throws -> CrashScene {
        if scenes.isMultiple(of: Self.scenesOfPeople) {
            people = []
            for name in ["alice", "bob", "carol"] {
                let person = try stranger(name)
                try await signUp(person)
                people.append(person)
            }
        }
        scenes += 1
        return CrashScene(
            title: title, lane: self, world: world, chat: "chat-\(scenes)", alice: people[0], bob: people[1],
            carol: people[2])
    }

    /// Somebody with a device whom no server knows.
    func stranger(_ name: String = "new") throws -> Person {
        strangers += 1
        let name = "\(name)-\(strangers)"
        return Person(
            name: name, device: try world.device(name), account: try #require(AccountAddress("folder:\(name)")),
            authDelivery: try Origin(typed: world.authDelivery.origin))
    }

    /// - Parameters:
    ///   - environment: how the password is hashed.
    ///   - isComplete: whether the account is added too.
    func signUp(_ person: Person, _ environment: ClientEnvironment = .cheap, isComplete: Bool = true) async throws {
        let folder = try ClientFolder(path: person.library.folder)
        let context = try await Authenticator(folder: folder, environment: environment).signUp(
            userName: UserName(typed: person.name), password: Password(World.password(of: person.name)),
            authDelivery: person.authDelivery, keyStore: .open(Origin(typed: world.keyStores[0].origin)))
        guard isComplete else { return }
        try await Messenger(context: context).addAccount(
            person.account, settings: FolderPlatform.settings(path: world.sharedFolder.path))
        // What a command does once a day is not to be a part of those that are ended.
        try await context.local.write(
            LocalScope(user: context.userName, at: context.authDeliveryOrigin).name("key-packages-maintained"),
            Array("\(context.environment.now())".utf8))
    }

    /// Runs something on the auth-delivery server's database, beside it.
    nonisolated func change(_ sql: String, _ arguments: StatementArguments) async throws {
        try await database(.authDelivery).write { try $0.execute(sql: sql, arguments: arguments) }
    }

    nonisolated func values<Value: DatabaseValueConvertible & Sendable>(
        _ sql: String, _ arguments: StatementArguments
    ) async throws -> [Value] {
        try await database(.authDelivery).read { try Value.fetchAll($0, sql: sql, arguments: arguments) }
    }

    private nonisolated func database(_ role: ServerRole) throws -> DatabaseQueue {
        let server = role == .keyStore ? world.keyStores[0] : world.authDelivery
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(
            path: server.dataFolder.appending(path: "data.sqlite").path, configuration: configuration)
    }
}
