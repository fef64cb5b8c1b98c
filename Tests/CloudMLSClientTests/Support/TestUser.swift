import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLS
import MLSCodec
import Testing

/// A clock that stands still until the test moves it.
final class TestClock: Sendable {
    private let time = Guarded<UInt64>(1_800_000_000)

    var now: UInt64 { time.withLock { $0 } }

    func advance(days: UInt64) { time.withLock { $0 += days * 86_400 } }
}

/// A user with a key store in memory; each device is a `Messenger` of its own over the same store.
struct TestUser: Sendable {
    let name: String
    let account: AccountAddress
    let store = MemoryObjectStore()
    let world: AuthDeliveryWorld
    let clock: TestClock
    private let profileKey = ProfileKey.random()
    private let storeID = StoreID.random()
    private let localScope: LocalScope

    init(_ name: String, _ world: AuthDeliveryWorld, clock: TestClock = TestClock()) throws {
        self.name = name
        self.world = world
        self.clock = clock
        account = try #require(AccountAddress(platform: "folder", id: name))
        localScope = LocalScope(user: try UserName(typed: name), at: try Origin(typed: "http://127.0.0.1:7465"))
    }

    func services(
        _ faults: FaultPlan = FaultPlan(), authDelivery: (any Connection)? = nil,
        local: any LocalState = MemoryLocalState(), policy: MessagingPolicy = MessagingPolicy(keyPackageCount: 4),
        objects: (any ObjectStore)? = nil
    ) -> Services {
        let clock = clock
        let store = store
        return Services(
            environment: ClientEnvironment(
                now: { clock.now }, random: { count in (0..<count).map { _ in UInt8.random(in: .min ... .max) } }),
            objects: objects ?? FaultyObjectStore(store: store, faults: faults),
            authDelivery: FakeAuthDelivery(world: world, user: name, faults: authDelivery ?? faults), local: local,
            localScope: localScope, profileKey: profileKey, storeID: storeID, policy: policy
        ) { await store.incarnation }
    }

    func device(
        _ faults: FaultPlan = FaultPlan(), local: any LocalState = MemoryLocalState(),
        policy: MessagingPolicy = MessagingPolicy(keyPackageCount: 4)
    ) -> Messenger {
        Messenger(services: services(faults, local: local, policy: policy))
    }

    /// Writes the store's anchor, as signing up does.
    func anchorStore() async throws {
        try await world.anchorStore(
            of: name, storeID, profileKey, incarnation: try #require(Incarnation(bytes: await store.incarnation)))
    }

    /// A device whose user has added the account.
    func readyDevice(policy: MessagingPolicy = MessagingPolicy(keyPackageCount: 4)) async throws -> Messenger {
        let device = device(policy: policy)
        try await device.addAccount(account, settings: ["folder": "/chats"])
        return device
    }
}

extension TestUser {
    /// A commit with a path that bypasses the client: none of its checks are made, and nothing is written.
    func commit(
        in group: GroupID, _ change: (inout CommitRequest, MLS.Group) throws -> Void
    ) async throws -> StagedCommit {
        let state = try #require(try await GroupSnapshot.load(group, from: services().objects).group)
        let secrets = try await AccountService(services: services()).secrets(of: account)
        let signer = try #require(secrets.pair(for: state.cipherSuite))
        var request = CommitRequest(forcesPath: true, framing: .privateMessage(generation: 60_000))
        try change(&request, state)
        return try state.stageCommit(request, policy: LifetimePolicy(now: clock.now), signer: signer.privateKey)
    }
}

extension AuthDeliveryWorld {
    /// Writes a store's anchor, as signing up does.
    func anchorStore(
        of user: String, _ storeID: StoreID, _ profileKey: ProfileKey, incarnation: Incarnation
    ) throws {
        let sealer = AnchorSealer(profileKey: profileKey)
        let name = sealer.name(storeID: storeID)
        let anchor = StoreAnchor(
            incarnation: incarnation, keyringRevision: .first, slotsDigest: SlotsDigest(of: [StoreSlot]()),
            keyPackagesRevision: .none)
        let body = try sealer.seal(anchor, name: name, revision: .first)
        _ = try writeAnchor(name.bytes, ifRevision: 0, Bytes(body), user: user)
    }
}

extension Messenger {
    /// The text of a message that must be readable, and who wrote it.
    func readText(_ sealed: String) async throws -> String {
        guard case .sealed(let message) = try await decrypt(sealed) else {
            Issue.record("not readable: \(try await decrypt(sealed))")
            return ""
        }
        return "\(message.sender.id): \(message.text)"
    }
}

/// Whether a text is an encrypted MLS message and nothing else.
func isSealed(_ text: String) -> Bool {
    guard case .sealed(let bytes) = MessageText.decode(text) else { return false }
    guard case .privateMessage? = try? MLSMessage(decoding: bytes) else { return false }
    return true
}
