package import CloudMLSAPI
package import KeyHierarchy

/// Brings new tokens into the stored session before they are used.
package actor SessionKeeper {
    private let sessions: any SessionStorage
    private var session: StoredSession?
    /// The newest write; each waits for the one before it.
    private var saving: Task<Void, any Error>?
    private var tokens: [ServerRole: SessionTokens] = [:]
    /// Counts the key stores at which the session has been, one after the other.
    private var place = 0

    package init(_ sessions: any SessionStorage, session: StoredSession? = nil) {
        self.sessions = sessions
        self.session = session
    }

    /// Stores a session with the tokens met so far.
    func begin(_ new: StoredSession) async throws {
        var new = new
        for (role, tokens) in tokens {
            new[role].tokens = StoredSession.Tokens(tokens)
        }
        try await save(new)
        session = new
    }

    /// Stops storing: what is signed out stays signed out. What is being written is written when this returns.
    func end() async {
        session = nil
        _ = await saving?.result
    }

    /// - Parameter place: where the session was when the connection began that these tokens are for. A key store that
    ///   was left may still renew, or end, the session there: that is not the stored one's any more.
    package func persist(_ role: ServerRole, _ fresh: SessionTokens?, at place: Int = 0) async throws {
        guard role != .keyStore || place == self.place else { return }
        tokens[role] = fresh
        guard session != nil else { return }
        session?[role].tokens = fresh.map { StoredSession.Tokens($0) }
        if let session { try await save(session) }
    }

    /// Stores newer keys, after another device or this one changed the data key.
    func adopt(_ keys: StoreKeys) async throws {
        guard var new = session, new.keyringRevision < keys.revision else { return }
        new.dataKey = keys.dataKey
        new.keyring = keys.keyring
        new.keyringRevision = keys.revision
        session = new
        try await save(new)
    }

    /// The session as it is now; nil where nothing is stored.
    var stored: StoredSession? { session }

    /// Stores that the key store is another one from now on.
    ///
    /// - Returns: what its connection says when it stores tokens.
    package func moveKeyStore(to server: StoredSession.Server) async throws -> Int {
        place += 1
        let place = place
        tokens[.keyStore] = server.tokens?.sessionTokens
        guard var new = session else { return place }
        new.keyStore = server
        session = new
        try await save(new)
        return place
    }

    private func save(_ session: StoredSession) async throws {
        let task = Task { [saving, sessions] in
            _ = await saving?.result
            try await sessions.saveSession(session)
        }
        saving = task
        try await task.value
    }
}
