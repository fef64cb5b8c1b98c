package import CloudMLSAPI
package import KeyHierarchy

/// The hashes of a session's two tokens, and until when each is good, in seconds since 1970.
package struct SessionSecrets: Sendable {
    package var accessHash: [UInt8]
    package var accessExpires: UInt64
    package var refreshHash: [UInt8]
    package var refreshExpires: UInt64

    package init(accessHash: [UInt8], accessExpires: UInt64, refreshHash: [UInt8], refreshExpires: UInt64) {
        self.accessHash = accessHash
        self.accessExpires = accessExpires
        self.refreshHash = refreshHash
        self.refreshExpires = refreshExpires
    }
}

/// Finds sessions without waiting for another thread.
package protocol SessionLookUp: Sendable {
    /// The session of an access token that is good at `now`.
    func session(accessHash: [UInt8], now: UInt64) throws -> Session?
}

/// Who is signed in. A session is a family of tokens: one pair at a time, and the hashes of the refresh tokens that
/// were used before.
package protocol SessionStorage: Sendable {
    /// Begins a session, unless the key was removed in the meantime: then false.
    func beginSession(
        _ key: StoredLoginKey, kind: SlotKind, deviceName: String, secrets: SessionSecrets, now: UInt64
    ) async throws -> Bool
    /// Replaces both tokens of the session that `refreshHash` belongs to, or says false: where it is unknown or
    /// expired, and where it was used before, which also ends the session, since one of two holders stole it.
    func rotate(refreshHash: [UInt8], to secrets: SessionSecrets, now: UInt64) async throws -> Bool
    /// The user's sessions that can still be renewed at `now`, the newest first.
    func sessions(of user: UserID, current: Session.ID, now: UInt64) async throws -> [SessionRecord]
    /// Ends one of the user's sessions; false where there is none of this id.
    /// - Parameter lockingOut: whether somebody is to be locked out by it: then no other door is left open either.
    @discardableResult
    func endSession(_ id: Session.ID, of user: UserID, lockingOut: Bool) async throws -> Bool
    /// Ends all of the user's sessions but one, to lock whoever has them out.
    func endSessions(of user: UserID, except id: Session.ID) async throws
    /// Whether the session can still be renewed at `now`.
    func hasSession(_ id: Session.ID, now: UInt64) async throws -> Bool
    /// Forgets sessions whose refresh token has expired.
    func removeExpiredSessions(now: UInt64) async throws
}
