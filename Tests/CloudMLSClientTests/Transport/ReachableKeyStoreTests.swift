import CloudMLSClient
import KeyHierarchy
import Testing

/// Of the addresses that a profile names, the first at which its key store answers is taken.
@Suite struct ReachableKeyStoreTests {
    private let world: SimulatedWorld

    init() throws { world = try SimulatedWorld() }

    private func reach(_ origins: [Origin], besides known: Origin? = nil) async throws -> Origin {
        let profile = Profile(
            origins: origins, serverID: await world.keyStore.serverID, userName: try UserName(typed: "alice"),
            storeID: .random(), storePublicKey: try StoreSigningKey.random().publicKey)
        return try await world.reachableKeyStore(
            of: profile, besides: known, tokens: nil, allowingPlaintext: false
        ) { _ in }.origin
    }

    @Test func anotherServerAtAnAddressIsPassedOver() async throws {
        let origin = try await reach([world.otherKeyStoreOrigin, world.keyStoreOrigin])
        #expect(origin == world.keyStoreOrigin)
    }

    @Test func anAddressWithoutEncryptionIsPassedOver() async throws {
        let plain = try Origin(typed: "http://home.example.org")
        #expect(try await reach([plain, world.keyStoreOrigin]) == world.keyStoreOrigin)
    }

    @Test func whyTheFirstDoesNotDoIsSaid() async throws {
        let other = await #expect(throws: ClientError.self) { try await reach([world.otherKeyStoreOrigin]) }
        #expect(other?.code == .serverIdentityChanged)
        let plain = try Origin(typed: "http://home.example.org")
        let insecure = await #expect(throws: ClientError.self) {
            try await reach([plain, world.otherKeyStoreOrigin])
        }
        #expect(insecure?.code == .insecureAddress)
    }

    @Test func theOneThatIsKnownIsNotAsked() async throws {
        let none = await #expect(throws: ClientError.self) {
            try await reach([world.keyStoreOrigin], besides: world.keyStoreOrigin)
        }
        #expect(none?.code == .notReachable)
        #expect(await world.faults.calls == 0)
    }
}
