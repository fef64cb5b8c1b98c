import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import MLSCodec
import Testing

@Suite struct SignInTests {
    let world: SimulatedWorld

    init() throws { world = try SimulatedWorld() }

    /// What a sign-in as Alice fails with.
    private func failure(
        on device: Authenticator? = nil, password: String = "correct horse",
        _ location: SourceLocation = #_sourceLocation
    ) async -> ClientError.Code? {
        let error = await #expect(throws: ClientError.self, sourceLocation: location) {
            try await world.signIn(on: device, password: password)
        }
        #expect(error?.description.contains("correct horse") == false, sourceLocation: location)
        return error?.code
    }

    @Test func asksInTheDesignedOrder() async throws {
        try await world.signUp()
        await world.authDelivery.forgetCalls()
        await world.keyStore.forgetCalls()
        try await world.signIn()
        #expect(
            await world.authDelivery.calls
                == ["prelogin", "login", "slots", "profile", "anchor"].map {
                    "auth-delivery \($0)"
                })
        #expect(
            await world.keyStore.calls
                == ["server", "prelogin", "login", "slots", "keyring"].map {
                    "key-store \($0)"
                })
    }

    @Test func refusesAWrongPassword() async throws {
        try await world.signUp()
        let before = await world.keyStore.calls
        #expect(await failure(password: "battery staple") == .wrongPassword)
        #expect(await world.keyStore.calls == before)
    }

    @Test func refusesAnUnknownUser() async throws {
        #expect(await failure() == .wrongPassword)
    }

    @Test func saysThatSigningUpWasCutShort() async throws {
        try await world.signUp()
        await world.authDelivery.change("alice") { $0.profile = nil }
        #expect(await failure() == .signUpIncomplete)
    }

    @Test func hashesNothingUnderWeakParameters() async throws {
        try await world.signUp()
        await world.authDelivery.interfere(
            .init(preLogin: { response in
                var response = response
                response.kdf?.memoryKiB = 1
                return response
            }))
        // The signature no longer fits, but a server that signs what it likes gets no further.
        #expect(await failure() == .notTheExpectedServer)
        await world.authDelivery.interfere(.init())
        await world.authDelivery.change("alice") { user in
            user.login.kdf?.memoryKiB = 1
        }
        #expect(await failure() == .unacceptableKDF)
    }

    @Test func refusesAPreLoginAnswerOfAnotherRequest() async throws {
        try await world.signUp()
        let old = try await world.authDelivery.preLogin(
            PreLoginRequest(
                user: "alice", kind: .password, clientNonce: Bytes(LoginNonce.random().bytes)))
        await world.authDelivery.interfere(.init(preLogin: { _ in old }))
        #expect(await failure() == .notTheExpectedServer)
    }

    @Test func aDeviceThatKnowsTheServerNoticesAnotherOne() async throws {
        let local = MemoryLocalState()
        try await world.signUp(on: world.device(local: local))
        try await world.authDelivery.newIdentity()
        #expect(await failure(on: world.device(local: local)) == .serverIdentityChanged)
    }

    @Test func refusesAKeyStoreThatIsNotTheProfiles() async throws {
        try await world.signUp()
        try await world.keyStore.newIdentity()
        #expect(await failure() == .serverIdentityChanged)
    }

    @Test func saysWhichServerWantsWhichPassword() async throws {
        try await world.signUp()
        try await changeKeyStorePassword(to: "battery staple")
        let sessions = await world.authDelivery.sessionCount
        #expect(await failure() == .passwordsDiffer)
        // What failed half-way leaves no session behind.
        #expect(await world.authDelivery.sessionCount == sessions)
        try await world.signIn(keyStorePassword: "battery staple")
    }

    @Test func refusesAnAlteredProfile() async throws {
        try await world.signUp()
        await world.authDelivery.change("alice") { $0.profile?.body.array[80] ^= 1 }
        #expect(await failure() == .notAuthentic)
    }

    @Test func refusesAProfileOfAnotherRevision() async throws {
        try await world.signUp()
        await world.authDelivery.change("alice") { $0.profile?.revision = 2 }
        #expect(await failure() == .notAuthentic)
    }

    @Test func refusesASlotThatTheOwnerDidNotSign() async throws {
        try await world.signUp()
        await world.keyStore.change("alice") { user in
            let last = user.slots[0].body.array.count - 1
            user.slots[0].body.array[last] ^= 1
        }
        #expect(await failure() == .notAuthentic)
    }

    @Test func refusesAnAuthDeliverySlotThatTheOwnerDidNotSign() async throws {
        try await world.signUp()
        await world.authDelivery.change("alice") { user in
            let last = user.slots[0].body.array.count - 1
            user.slots[0].body.array[last] ^= 1
        }
        #expect(await failure() == .notAuthentic)
    }

    @Test func refusesAnAlteredKeyring() async throws {
        try await world.signUp()
        await world.keyStore.change("alice") { $0.keyring?.body.array[60] ^= 1 }
        #expect(await failure() == .notAuthentic)
    }

    @Test func refusesAKeyringOlderThanTheAnchor() async throws {
        let context = try await world.signUp()
        let sealer = AnchorSealer(profileKey: context.profileKey)
        let name = sealer.name(storeID: context.storeID)
        let anchor = StoreAnchor(
            incarnation: try #require(Incarnation(bytes: await world.keyStore.incarnation)),
            keyringRevision: Revision.first.next, slotsDigest: SlotsDigest(of: [StoreSlot]()),
            keyPackagesRevision: .none)
        let body = try sealer.seal(anchor, name: name, revision: Revision.first.next)
        _ = try await context.authDelivery.writeAnchor(name.bytes, ifRevision: 1, AnchorWrite(body: Bytes(body)))
        #expect(await failure() == .rolledBack)
    }

    @Test func refusesAServerThatLostTheAnchor() async throws {
        try await world.signUp()
        await world.authDelivery.change("alice") { $0.anchors = [:] }
        #expect(await failure() == .rolledBack)
    }

    @Test func refusesAnAlteredAnchor() async throws {
        try await world.signUp()
        await world.authDelivery.change("alice") { user in
            for name in user.anchors.keys { user.anchors[name]?.body.array[20] ^= 1 }
        }
        #expect(await failure() == .notAuthentic)
    }

    @Test func refusesAnotherAuthDeliveryServerThanTheKeyrings() async throws {
        try await world.signUp()
        // A relay with an identity of its own: on first use only the keyring can tell.
        let relay = try await movedAuthDelivery()
        #expect(await #expect(throws: ClientError.self) { try await relay.signIn() }?.code == .serverIdentityChanged)
    }

    @Test func showsARestoredKeyStore() async throws {
        try await world.signUp()
        await world.keyStore.restore()
        #expect(try await world.signIn().notices.contains(.keyStoreRestored))
    }

    @Test func showsOtherWaysInThanTheAnchors() async throws {
        try await world.signUp()
        try await changeKeyStorePassword(to: "correct horse")
        #expect(try await world.signIn().notices.contains(.waysInDiffer))
    }

    /// Replaces login key and slot at the key store, as a password change does.
    private func changeKeyStorePassword(to password: String) async throws {
        let context = try await world.signIn()
        let session = try #require(await signedInSession())
        let kdf = PasswordKDF(parameters: .cheap)
        let key = try kdf.key(from: try Password(password), policy: world.environment.kdfPolicy)
        let slots = try await context.keyStore.slots()
        let stored = try #require(slots.first)
        let slot = try StoreSlot(
            sealing: session.dataKey, scopeID: context.storeID, id: try StoreSlot(decoding: stored.body.array).id,
            passwordKey: key, kdf: kdf, signedBy: context.keyring.storeSigningKey)
        let login = try key.loginKey(role: .keyStore, serverID: await world.keyStore.serverID)
        _ = try await context.keyStore.writeSlot(
            id: slot.id.bytes, ifRevision: stored.revision,
            SlotWrite(
                kind: .password, body: Bytes(slot.encoded),
                login: LoginMethod(
                    kind: .password, publicKey: Bytes(login.publicKey.bytes), kdf: KDFDescription(stored: kdf))))
    }

    private func signedInSession() async throws -> StoredSession? {
        let keys = MemorySessionStorage()
        try await world.signIn(on: world.device(keys: keys))
        return await keys.loadSession()
    }

    /// The same users behind a server with another identity, whose login keys are re-registered for it.
    private func movedAuthDelivery() async throws -> SimulatedWorld {
        try await world.authDelivery.newIdentity()
        let serverID = await world.authDelivery.serverID
        let user = try #require(await world.authDelivery.users["alice"])
        let kdf = try #require(user.login.kdf?.stored)
        let key = try kdf.key(from: try Password("correct horse"), policy: world.environment.kdfPolicy)
        let login = try key.loginKey(role: .authDelivery, serverID: serverID)
        await world.authDelivery.change("alice") { $0.login.publicKey = Bytes(login.publicKey.bytes) }
        return world
    }
}
