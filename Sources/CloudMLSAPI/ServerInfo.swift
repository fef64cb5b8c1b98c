/// `GET /v1/server`: who the server is. Not signed: the pre-login answer is what proves it.
public struct ServerInfo: Codable, Sendable, Equatable {
    public var role: ServiceRole
    public var protocolVersion: Int
    /// SHA-256 of the identity key.
    public var serverID: Bytes
    /// Ed25519 public key, 32 bytes.
    public var identityKey: Bytes
    /// 16 random bytes, other ones after a restore.
    public var incarnation: Bytes

    public init(role: ServiceRole, protocolVersion: Int, serverID: Bytes, identityKey: Bytes, incarnation: Bytes) {
        self.role = role
        self.protocolVersion = protocolVersion
        self.serverID = serverID
        self.identityKey = identityKey
        self.incarnation = incarnation
    }
}
