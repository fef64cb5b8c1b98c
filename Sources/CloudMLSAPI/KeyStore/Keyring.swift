/// `GET /v1/keyring`: the sealed keyring has a route of its own, since its name cannot be blinded with a key inside it.
public struct StoredKeyring: Codable, Sendable, Hashable {
    /// 16 bytes.
    public var storeID: Bytes
    public var revision: UInt64
    public var body: Bytes

    public init(storeID: Bytes, revision: UInt64, body: Bytes) {
        self.storeID = storeID
        self.revision = revision
        self.body = body
    }
}

/// `PUT /v1/keyring` with `If-Match`; answers `WriteResult`.
public struct KeyringWrite: Codable, Sendable {
    public var body: Bytes
    public init(body: Bytes) { self.body = body }
}
