/// Where a client keeps its keys while it is signed in: memory, a file, or a system's key ring.
///
/// An implementation must be able to bring back exactly what it was given, or nothing.
public protocol SessionStorage: Sendable {
    /// The session of the signed-in user; nil where nobody is signed in.
    /// - Throws: `ClientError` with `localStorage`, or `formatOfAnotherVersion`.
    func loadSession() async throws -> StoredSession?
    /// Replaces the session; it is durable before this returns.
    /// - Throws: `ClientError` with `localStorage`; then the session before is still there.
    func saveSession(_ session: StoredSession) async throws
    /// Forgets the session and all its keys.
    func removeSession() async throws
}

/// Keeps keys until the process ends.
public actor MemorySessionStorage: SessionStorage {
    private var session: StoredSession?

    public init() {}

    public func loadSession() -> StoredSession? { session }
    public func saveSession(_ session: StoredSession) { self.session = session }
    public func removeSession() { session = nil }
}
