public import KeyHierarchy

/// `GET /v1/server`: who the server is. Not signed: the pre-login answer is what proves it.
///
/// `origins` are no more than addresses to dial. Whoever answers there must prove to be the pinned server before a client
/// gives it anything, so a false one costs a connection that fails.
public struct ServerInfo: Codable, Sendable, Equatable {
    public var role: ServerRole
    public var protocolVersion: Int
    /// SHA-256 of the identity key.
    public var serverID: Bytes
    /// Ed25519 public key, 32 bytes.
    public var identityKey: Bytes
    /// 16 random bytes, other ones after a restore.
    public var incarnation: Bytes
    /// The public addresses that the server is configured with, in the order to try them, in the normal form of
    /// `KeyHierarchy`'s `Origin`. Absent where there are none.
    public var origins: [String]?

    public init(
        role: ServerRole, protocolVersion: Int, serverID: Bytes, identityKey: Bytes, incarnation: Bytes,
        origins: [String]? = nil
    ) {
        self.role = role
        self.protocolVersion = protocolVersion
        self.serverID = serverID
        self.identityKey = identityKey
        self.incarnation = incarnation
        self.origins = origins
    }
}
