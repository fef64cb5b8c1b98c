import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy

/// A user with a key store of its own.
final class SimulatedUser: @unchecked Sendable {
    let name: String
    let account: AccountAddress
    let store = StoreWorld()
    let storeID: StoreID
    let keys: StoreKeys
    /// The key store was brought back to an old state: what it lost for good is not asked for.
    var isRolledBack = false
    /// That old state was from before the account was added: its identity keys are lost.
    var hasLostIdentity = false
    /// What the key store had at some moments.
    var backups: [[[UInt8]: StoreWorld.Object]] = []

    /// - Parameter generator: makes what ids are derived from, since groups are ordered by theirs. All other keys are
    ///   the system's random ones: nothing that is decided depends on them.
    init(_ name: String, _ generator: inout SeededGenerator) throws {
        guard let account = AccountAddress(platform: "folder", id: name),
            let profileKey = ProfileKey(bytes: generator.bytes(32)), let storeID = StoreID(bytes: generator.bytes(16))
        else { throw Abandoned() }
        self.name = name
        self.account = account
        self.storeID = storeID
        keys = StoreKeys(
            dataKey: .random(),
            keyring: Keyring(
                storeSigningKey: try .random(), profileKey: profileKey, authDeliveryServerID: .random()),
            revision: .first)
    }

    /// Whether the key store has the account's identity keys.
    func hasIdentity() async throws -> Bool {
        try await sealedStore(DirectConnection()).value(StorePath.account(account)).body != nil
    }

    /// The key store as the client sees it.
    func sealedStore(_ connection: any Connection) throws -> SealedStore {
        guard let origin = Origin(rawValue: "http://127.0.0.1:7464") else { throw Abandoned() }
        let service = StoreConnection(world: store, connection: connection, origin: origin)
        return SealedStore(
            service: service, storeID: storeID,
            keys: KeyringKeeper(keys, service: service, storeID: storeID, deviceKey: { nil }, save: { _ in }))
    }
}

/// One device of a user's. Switched off, it loses all but its disk, and sometimes that too.
final class SimulatedDevice: @unchecked Sendable, CustomStringConvertible {
    unowned let simulation: Simulation
    let network: SimulatedNetwork
    let user: SimulatedUser
    let index: Int
    /// Counts how often it was switched on. What an earlier life began has no effects in a later one.
    private(set) var life = 0
    private(set) var disk = MemoryLocalState()
    private(set) var sabotage: Sabotage?
    private var awake: Messenger?
    /// What is going on.
    var running: [Activity] = []
    /// How often each text was shown since the disk is there.
    var shown: [String: Int] = [:]

    init(_ user: SimulatedUser, index: Int, in simulation: Simulation) {
        self.user = user
        self.index = index
        self.simulation = simulation
        network = simulation.network
        sabotage = simulation.mutation.map { Sabotage($0) }
    }

    var description: String { "\(user.name).\(index)" }

    func messenger() throws -> Messenger {
        if let awake { return awake }
        let connection = { [self] server in SimulatedConnection(device: self, life: life, server: server) }
        let (network, store) = (network, user.store)
        let authDelivery = FakeAuthDelivery(
            world: simulation.world, user: user.name, faults: connection(.authDelivery))
        let objects = SimulatedObjects(
            store: try user.sealedStore(connection(.keyStore(user.name))), sabotage: sabotage)
        let services = Services(
            environment: ClientEnvironment(
                now: { network.now }, random: { count in (0..<count).map { _ in UInt8.random(in: .min ... .max) } }),
            objects: objects,
            authDelivery: authDelivery, local: disk,
            localScope: LocalScope(user: try UserName(typed: user.name), at: authDelivery.origin),
            profileKey: user.keys.keyring.profileKey, storeID: user.storeID, policy: simulation.plan.policy
        ) { await store.incarnation }
        let messenger = Messenger(services: services)
        awake = messenger
        return messenger
    }

    /// The chat of a group, as the command line has it.
    func conversation(in group: GroupSummary) throws -> Conversation {
        Conversation(
            chat: group.chat,
            platform: ChatConnection(
                world: simulation.chats,
                connection: SimulatedConnection(device: self, life: life, server: .messenger)),
            sealing: SimulatedSealing(messenger: try messenger(), group: group, device: self), local: disk,
            positionName: "read/\(group.id.hex)")
    }

    /// Switches it off and on again.
    func restart(losingDisk: Bool) {
        life += 1
        running = []
        awake = nil
        sabotage = simulation.mutation.map { Sabotage($0) }
        if losingDisk {
            disk = MemoryLocalState()
            shown = [:]
        }
    }
}

/// A user's objects, with names that a trace can show.
struct SimulatedObjects: ObjectStore {
    let store: SealedStore
    let sabotage: Sabotage?

    private struct Named: ObjectStore {
        let store: SealedStore

        func read(_ paths: [String]) async throws -> [String: SealedValue] {
            try await StoreConnection.$paths.withValue(Self.short(paths)) { try await store.read(paths) }
        }

        func write(_ writes: [SealedWrite]) async throws -> WriteOutcome {
            try await StoreConnection.$paths.withValue(Self.short(writes.map(\.path))) {
                try await store.write(writes)
            }
        }

        /// `group/0123…/epoch/1` becomes `0123/epoch/1`.
        private static func short(_ paths: [String]) -> String {
            paths.map { path in
                let parts = path.split(separator: "/")
                guard parts.first == "group", parts.count > 2 else { return path }
                return "\(parts[1].prefix(4))/\(parts.dropFirst(2).joined(separator: "/"))"
            }.joined(separator: " ")
        }
    }

    func read(_ paths: [String]) async throws -> [String: SealedValue] {
        let named = Named(store: store)
        guard let sabotage else { return try await named.read(paths) }
        return try await sabotage.read(paths, from: named)
    }

    func write(_ writes: [SealedWrite]) async throws -> WriteOutcome {
        let named = Named(store: store)
        guard let sabotage else { return try await named.write(writes) }
        return try await sabotage.write(writes, to: named)
    }
}

/// Seals and opens for a conversation as the library does, and notes what was sealed.
struct SimulatedSealing: MessageSealing {
    let messenger: Messenger
    let group: GroupSummary
    let device: SimulatedDevice

    func catchUp() async throws -> [ClientError] {
        switch try await messenger.syncToRead() {
        case .success(let report): report.problems.filter { $0.group == group.id }.map(\.error)
        case .failure(let error): [error]
        }
    }

    func seal(_ text: String) async throws -> String {
        let sealed = try await messenger.encrypt(text, for: group.id)
        device.simulation.sealed[sealed] = Simulation.SealedText(text: text, sender: device.user.account)
        return sealed
    }

    func open(_ text: String) async throws -> ConversationMessage.Content {
        let read = try await messenger.decrypt(text)
        if case .sealed(let message) = read, message.group != group.id {
            return .undecryptable(reason: "it was encrypted for another chat")
        }
        return ConversationMessage.Content(read)
    }
}
