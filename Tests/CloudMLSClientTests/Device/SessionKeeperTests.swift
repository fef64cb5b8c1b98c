import CloudMLSAPI
import CloudMLSClient
import KeyHierarchy
import Testing

@Suite struct SessionKeeperTests {
    private func tokens(_ name: String, expires: UInt64 = 9_000) -> SessionTokens {
        SessionTokens(
            accessToken: "access-\(name)", accessExpires: expires, refreshToken: "refresh-\(name)",
            refreshExpires: 9_000)
    }

    /// A renewal at the key store that was left ends after the session has gone to the next one.
    @Test func tokensOfAKeyStoreThatWasLeftAreNotStored() async throws {
        let world = try SimulatedWorld()
        let keys = MemorySessionStorage()
        try await world.signUp(on: world.device(keys: keys))
        let session = try #require(await keys.loadSession())
        let keeper = SessionKeeper(keys, session: session)
        var next = session.keyStore
        next.serverID = await world.otherKeyStore.serverID
        next.tokens = StoredSession.Tokens(tokens("there"))
        let (late, moved) = (tokens("late"), next)
        let transport = ScriptedTransport { request, _ in
            guard request.path == "/v1/auth/refresh" else { return try .json(SlotList(slots: [])) }
            _ = try await keeper.moveKeyStore(to: moved)
            return try .json(late)
        }
        let service = HTTPKeyStoreService(
            ServerConnection(
                role: .keyStore, origin: session.keyStore.origin, transport: transport, now: { 1_000 },
                tokens: tokens("old", expires: 1_000)
            ) { try await keeper.persist(.keyStore, $0) })
        _ = try await service.slots()
        #expect(await transport.requests.contains { $0.path == "/v1/auth/refresh" })
        var stored = try #require(await keys.loadSession()?.keyStore)
        #expect(stored.serverID == next.serverID)
        #expect(stored.tokens?.sessionTokens.accessToken == "access-there")

        // Nor does the old one's end sign the device out at the new one; what is renewed there is stored.
        try await keeper.persist(.keyStore, nil)
        stored = try #require(await keys.loadSession()?.keyStore)
        #expect(stored.tokens?.sessionTokens.accessToken == "access-there")
        try await keeper.persist(.keyStore, tokens("renewed"), at: 1)
        stored = try #require(await keys.loadSession()?.keyStore)
        #expect(stored.tokens?.sessionTokens.accessToken == "access-renewed")
    }
}
