import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec
import Testing

@Suite struct SignUpTests {
    let world: SimulatedWorld

    init() throws { world = try SimulatedWorld() }

    @Test func ordersTheServersAsDesigned() async throws {
        try await world.signUp()
        let writes = ["register", "write anchor", "write profile", "write slot"]
        let atAuthDelivery = await world.authDelivery.calls
        #expect(
            atAuthDelivery.filter { call in writes.contains { call.hasSuffix($0) } } == [
                "auth-delivery register", "auth-delivery write anchor", "auth-delivery write profile",
            ])
        let atKeyStore = await world.keyStore.calls
        #expect(atKeyStore.first == "key-store prelogin")
        #expect(atKeyStore.count { $0.hasSuffix("register") } == 1)
    }

    @Test func theProfileHasAllAddresses() async throws {
        await world.keyStore.answer(
            at: [
                "https://home.example.org:7464", "https://192.168.1.20:7464", "http://192.168.1.20:7464", "nonsense",
                "https://192.168.1.20:7464",
            ])
        let context = try await world.signUp()
        let user = try #require(await world.authDelivery.users["alice"])
        let slot = try ProfileSlot(decoding: try #require(user.slots.first).body.array)
        let profile = try SealedProfile(decoding: try #require(user.profile).body.array).open(
            with: context.keyring.profileKey, profileID: slot.header.scopeID, storePublicKey: nil)
        // The one that was dialled first, none twice, and none that is less safe.
        #expect(profile.origins.map(\.rawValue) == ["https://home.example.org:7464", "https://192.168.1.20:7464"])
    }

    @Test func aNewDeviceFindsTheSameKeys() async throws {
        let first = try await world.signUp()
        let second = try await world.signIn()
        #expect(first.keyring == second.keyring)
        #expect(first.storeID == second.storeID)
        #expect(second.userName.rawValue == "alice")
        #expect(second.keyStoreOrigin == world.keyStoreOrigin)
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func canBeRunAgainAfterACrashAnywhere(moment: FaultPlan.Moment) async throws {
        var crashes = 0
        while true {
            let world = try SimulatedWorld()
            let invitation = await world.invitation()
            await world.faults.breakAfter(crashes, moment)
            do {
                try await world.signUp(invitation)
                break
            } catch let error as ClientError {
                #expect(error.code == .notReachable)
            }
            await world.faults.heal()
            let resumed = try await world.signUp(invitation)
            let signedIn = try await world.signIn()
            #expect(resumed.keyring == signedIn.keyring, "after call \(crashes)")
            #expect(signedIn.notices == [.weakPasswordHash])
            crashes += 1
        }
        // Two logins, two registrations, and what is read and written after them.
        #expect(crashes > 12)
    }

    @Test(arguments: FaultPlan.Moment.allCases)
    func canBeCutShortMoreThanOnce(moment: FaultPlan.Moment) async throws {
        let invitation = await world.invitation()
        var runs = 0
        while true {
            // Each run gets one call further than the one before it.
            await world.faults.breakAfter(runs, moment)
            runs += 1
            do {
                try await world.signUp(invitation)
                break
            } catch let error as ClientError where error.code == .notReachable {
                try #require(runs < 100)
            }
        }
        await world.faults.heal()
        try await world.signIn()
    }

    @Test func aSecondRunIsASignIn() async throws {
        let invitation = await world.invitation()
        let first = try await world.signUp(invitation)
        let second = try await world.signUp(invitation)
        #expect(first.keyring == second.keyring)
    }

    @Test func refusesANameThatHasAnotherPassword() async throws {
        try await world.signUp()
        let error = await #expect(throws: ClientError.self) { try await world.signUp(password: "battery staple") }
        #expect(error?.code == .nameTaken)
    }

    @Test func refusesAUsedSetupCode() async throws {
        let invitation = await world.invitation()
        let other = world.device()
        _ = try await other.signUp(
            userName: try UserName(typed: "bob"), password: try Password("bob's"),
            authDelivery: world.authDeliveryOrigin, keyStore: invitation)
        let error = await #expect(throws: ClientError.self) { try await world.signUp(invitation) }
        #expect(error?.code == .invalidSetupCode)
        #expect(error?.hint.isEmpty == false)
    }

    @Test func refusesAnotherKeyStoreOnceTheProfileIsWritten() async throws {
        try await world.signUp()
        let other = SetupCode(
            origin: world.keyStoreOrigin, serverID: try ServerSigningKey.random().serverID, token: .random())
        let error = await #expect(throws: ClientError.self) { try await world.signUp(.setupCode(other)) }
        #expect(error?.code == .nameTaken)
    }

    @Test func refusesAKeyStoreThatIsNotTheSetupCodes() async throws {
        let code = SetupCode(
            origin: world.keyStoreOrigin, serverID: try ServerSigningKey.random().serverID, token: .random())
        let error = await #expect(throws: ClientError.self) { try await world.signUp(.setupCode(code)) }
        #expect(error?.code == .serverIdentityChanged)
        #expect(await world.keyStore.users.isEmpty)
    }

    @Test func refusesPlainHTTPToAnotherMachine() async throws {
        let error = await #expect(throws: ClientError.self) {
            try await world.device().signUp(
                userName: try UserName(typed: "alice"), password: try Password("x"),
                authDelivery: try Origin(typed: "http://ad.example.org"), keyStore: await world.invitation())
        }
        #expect(error?.code == .insecureAddress)
        #expect(await world.authDelivery.calls.isEmpty)
    }

    @Test func leavesAnotherUsersSessionAlone() async throws {
        let keys = MemorySessionStorage()
        try await world.signUp(on: world.device(keys: keys))
        let error = await #expect(throws: ClientError.self) {
            try await world.device(keys: keys).signUp(
                userName: try UserName(typed: "bob"), password: try Password("bob's"),
                authDelivery: world.authDeliveryOrigin, keyStore: await world.invitation())
        }
        #expect(error?.code == .alreadySignedIn)
        #expect(await keys.loadSession()?.userName.rawValue == "alice")
    }
}
