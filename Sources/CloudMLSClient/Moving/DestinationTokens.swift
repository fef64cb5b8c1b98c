import CloudMLSAPI

/// Keeps the tokens of a session at a new key store, until the device's session takes them over.
actor DestinationTokens {
    private(set) var tokens: SessionTokens?
    private var keeper: SessionKeeper?

    func persist(_ fresh: SessionTokens?) async throws {
        tokens = fresh
        try await keeper?.persist(.keyStore, fresh)
    }

    /// From now on new tokens go into the stored session.
    func hand(to keeper: SessionKeeper, as server: StoredSession.Server) async throws {
        self.keeper = keeper
        var server = server
        server.tokens = tokens.map { StoredSession.Tokens($0) }
        try await keeper.moveKeyStore(to: server)
    }
}
