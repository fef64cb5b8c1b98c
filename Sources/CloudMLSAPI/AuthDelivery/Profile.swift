/// `GET /v1/profile`: the sealed, signed profile that leads a new device to the key store. 404 until it is written.
public struct StoredProfile: Codable, Sendable, Hashable {
    public var revision: UInt64
    public var body: Bytes

    public init(revision: UInt64, body: Bytes) {
        self.revision = revision
        self.body = body
    }
}

/// `PUT /v1/profile` with `If-Match` or `If-None-Match: *`; answers `WriteResult`.
public struct ProfileWrite: Codable, Sendable {
    public var body: Bytes
    public init(body: Bytes) { self.body = body }
}
