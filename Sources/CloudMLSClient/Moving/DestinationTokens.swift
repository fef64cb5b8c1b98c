import CloudMLSAPI
import KeyHierarchy

/// Keeps the tokens of a session at a new key store, until the device's session takes them over.
actor DestinationTokens {
    private(set) var tokens: SessionTokens?
    private var owner: (keeper: SessionKeeper, place: Int)?

    func persist(_ fresh: SessionTokens?) async throws {
        tokens = fresh
        try await owner?.keeper.persist(.keyStore, fresh, at: owner?.place ?? 0)
    }

    /// From now on new tokens go into the stored session.
    func hand(to keeper: SessionKeeper, as server: StoredSession.Server) async throws {
        var server = server
        let handed = tokens
        server.tokens = handed.map { StoredSession.Tokens($0) }
        let place = try await keeper.moveKeyStore(to: server)
        owner = (keeper, place)
        // They may have been renewed while the session was written.
        if tokens?.accessToken != handed?.accessToken { try await keeper.persist(.keyStore, tokens, at: place) }
    }
}
