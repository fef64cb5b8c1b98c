import CloudMLSAPI
import CloudMLSClient
import MLS
import MLSCodec
import MLSCrypto
import Testing

@Suite struct AccountTests {
    private func users() throws -> (TestUser, TestUser, AuthDeliveryWorld) {
        let world = AuthDeliveryWorld()
        let clock = TestClock()
        return (try TestUser("alice", world, clock: clock), try TestUser("bob", world, clock: clock), world)
    }

    private func pool(of user: TestUser) async throws -> KeyPackagePool {
        let path = StorePath.keyPackages(user.account)
        return try #require(try await user.store.read([path])[path]?.decoded())
    }

    @Test func publicAndPrivatePartsBelongTogether() async throws {
        let (alice, _, world) = try users()
        _ = try await alice.readyDevice()
        let pool = try await pool(of: alice)
        #expect(pool.entries.count == 5)
        #expect(pool.entries.count { $0.kind == .lastResort } == 1)
        for entry in pool.entries {
            #expect(entry.state == .published)
            #expect(await world.status([entry.ref]) == [.available])
            let provider = try SwiftCryptoProvider(CipherSuite(rawValue: entry.cipherSuite))
            let keyPackage = try KeyPackage(decoding: entry.keyPackage)
            let secrets = try KeyPackagePrivateKeys(decoding: entry.secrets)
            #expect(try provider.publicKey(of: secrets.initKey) == keyPackage.initKey)
            #expect(try provider.publicKey(of: secrets.encryptionKey) == keyPackage.leafNode.encryptionKey)
            #expect(keyPackage.isLastResort == (entry.kind == .lastResort))
            #expect(keyPackage.leafNode.capabilities.extensions.contains(ChatExtension.type))
            #expect(keyPackage.leafNode.capabilities.extensions.contains(.lastResort))
            guard case .keyPackage(let lifetime) = keyPackage.leafNode.source else {
                Issue.record("not a KeyPackage's leaf")
                continue
            }
            #expect(lifetime.notAfter == alice.clock.now + 30 * 86_400)
            #expect(entry.notAfter == lifetime.notAfter)
        }
    }

    @Test func keyPackagesAreRenewedAWeekBeforeTheyExpire() async throws {
        let (alice, _, _) = try users()
        let device = try await alice.readyDevice()
        alice.clock.advance(days: 22)
        #expect(try await device.maintainKeyPackages() == 0)
        alice.clock.advance(days: 1)
        #expect(try await device.maintainKeyPackages() == 5)
        #expect(try await pool(of: alice).entries.count == 10)
        alice.clock.advance(days: 38)
        try await device.maintainKeyPackages()
        #expect(try await pool(of: alice).entries.allSatisfy { $0.notAfter + 30 * 86_400 >= alice.clock.now })
    }

    @Test func aUsedPrivatePartIsGoneAfterJoining() async throws {
        let (alice, bob, _) = try users()
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        let before = try await pool(of: bob)
        try await first.createGroup(chat: "lunch", account: alice.account, members: [bob.account])
        try await second.sync()
        #expect(try await pool(of: bob).entries.count == before.entries.count - 1)
    }

    @Test func theLastResortServesManyGroupsAndStays() async throws {
        let (alice, bob, _) = try users()
        let (first, second) = (try await alice.readyDevice(), try await bob.readyDevice())
        for chat in 0..<7 {
            try await first.createGroup(chat: "\(chat)", account: alice.account, members: [bob.account])
        }
        let report = try await second.sync()
        #expect(report.joined.count == 7)
        #expect(report.parked.isEmpty)
        #expect(try await pool(of: bob).entries.map(\.kind) == [.lastResort])
    }

    @Test func aServerThatLostItsKeyPackagesGetsThemAgain() async throws {
        let (alice, _, world) = try users()
        let device = try await alice.readyDevice()
        let refs = try await pool(of: alice).entries.map(\.ref)
        await world.forgetKeyPackages()
        #expect(try await device.maintainKeyPackages() == 5)
        #expect(await world.status(refs).allSatisfy { $0 == .available })
    }

    @Test func severalAccountsOfOneUser() async throws {
        let (alice, _, _) = try users()
        let device = try await alice.readyDevice()
        let second = try #require(AccountAddress("mail:alice@example.org"))
        try await device.addAccount(second)
        try await device.addAccount(alice.account, settings: ["folder": "/elsewhere"])
        let accounts = try await device.accounts()
        #expect(accounts.map(\.account) == [alice.account, second])
        #expect(accounts.first?.settings == ["folder": "/elsewhere"])
    }

    @Test func somebodyElsesAccountIsRefusedAndNotListed() async throws {
        let (alice, bob, _) = try users()
        _ = try await alice.readyDevice()
        let device = bob.device()
        await #expect(throws: ClientError(refusal: .init(code: .accountTaken, message: ""))) {
            try await device.addAccount(alice.account)
        }
        #expect(try await device.accounts().isEmpty)
    }
}
