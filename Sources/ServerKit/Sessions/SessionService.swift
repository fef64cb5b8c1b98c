package import CloudMLSAPI
import HTTPTypes
package import KeyHierarchy

/// Begins, checks, renews and ends sessions.
package struct SessionService: Sendable {
    private let storage: any SessionStorage
    private let lookUp: any SessionLookUp
    private let lifetimes: SessionLifetimes
    private let clock: ServerClock

    package init(
        storage: any SessionStorage, lookUp: any SessionLookUp, lifetimes: SessionLifetimes, clock: ServerClock
    ) {
        self.storage = storage
        self.lookUp = lookUp
        self.lifetimes = lifetimes
        self.clock = clock
    }

    /// Begins a session for whoever proved to hold the key; nil where the key was removed in the meantime.
    package func begin(_ key: StoredLoginKey, kind: SlotKind, deviceName: String) async throws -> SessionTokens? {
        let now = clock.now
        let (tokens, secrets) = makeTokens(now: now)
        let begun = try await storage.beginSession(
            key, kind: kind, deviceName: deviceName, secrets: secrets, now: now)
        return begun ? tokens : nil
    }

    /// The session of the value of an `Authorization` field, looked up anew for every request.
    package func session(authorization: String) throws -> Session? {
        // Schemes are compared without regard to case (RFC 9110 §11.1).
        guard authorization.utf8.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
        return try session(accessToken: String(authorization.utf8.dropFirst(7)) ?? "")
    }

    /// The session of an access token, looked up anew for every request.
    package func session(accessToken: String) throws -> Session? {
        guard let token = Token(accessToken) else { return nil }
        return try lookUp.session(accessHash: token.hash, now: clock.now)
    }

    /// New tokens for a refresh token, which is good once.
    package func refresh(_ text: String) async throws -> SessionTokens {
        guard let token = Token(text) else { throw APIError.invalidRefreshToken }
        let now = clock.now
        let (tokens, secrets) = makeTokens(now: now)
        guard try await storage.rotate(refreshHash: token.hash, to: secrets, now: now) else {
            throw APIError.invalidRefreshToken
        }
        return tokens
    }

    package func end(_ session: Session) async throws {
        try await storage.endSession(session.id, of: session.userID, lockingOut: false)
    }

    /// The sessions of the user whose session asks, the newest first.
    package func list(for session: Session) async throws -> [SessionRecord] {
        try await storage.sessions(of: session.userID, current: session.id, now: clock.now)
    }

    /// Ends one of the sessions of the user whose session asks: another one, to lock whoever has it out, or its own.
    /// - Throws: `not_found` where the user has no such session.
    package func end(_ id: Session.ID, by session: Session) async throws {
        guard try await storage.endSession(id, of: session.userID, lockingOut: id != session.id) else {
            throw APIError(.notFound, "There is no such session: it may have ended.")
        }
    }

    package func endOthers(than session: Session) async throws {
        try await storage.endSessions(of: session.userID, except: session.id)
    }

    /// Whether a session that a request began with goes on: for requests that last longer than its access token.
    package func isActive(_ session: Session) async throws -> Bool {
        try await storage.hasSession(session.id, now: clock.now)
    }

    private func makeTokens(now: UInt64) -> (SessionTokens, SessionSecrets) {
        let access = Token()
        let refresh = Token()
        let (accessExpires, refreshExpires) = (now + lifetimes.access, now + lifetimes.refresh)
        return (
            SessionTokens(
                accessToken: access.text, accessExpires: accessExpires, refreshToken: refresh.text,
                refreshExpires: refreshExpires),
            SessionSecrets(
                accessHash: access.hash, accessExpires: accessExpires, refreshHash: refresh.hash,
                refreshExpires: refreshExpires)
        )
    }
}

extension APIError {
    package static let invalidToken = APIError(
        .invalidToken, "The access token is unknown, expired or revoked.", headers: [.wwwAuthenticate: "Bearer"])
    package static let invalidRefreshToken = APIError(
        .invalidRefreshToken, "The refresh token is unknown, expired, or was used before: sign in again.",
        headers: [.wwwAuthenticate: "Bearer"])
}
