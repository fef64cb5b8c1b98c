/// A sealed anchor: what a client last saw at the key store, kept where the key store cannot reach it.
public struct StoredAnchor: Codable, Sendable, Hashable {
    /// Blinded, 32 bytes; in paths in hexadecimal.
    public var name: Bytes
    public var revision: UInt64
    public var body: Bytes

    public init(name: Bytes, revision: UInt64, body: Bytes) {
        self.name = name
        self.revision = revision
        self.body = body
    }
}

/// `GET /v1/anchors?after=<name>`: all of the user's anchors by name, at most 1,000 a page.
public struct AnchorList: Codable, Sendable {
    public var anchors: [StoredAnchor]
    public var more: Bool

    public init(anchors: [StoredAnchor], more: Bool) {
        self.anchors = anchors
        self.more = more
    }
}

/// `PUT /v1/anchors/{name}` with `If-Match` or `If-None-Match: *`; answers `WriteResult`. `GET` answers `StoredAnchor`.
public struct AnchorWrite: Codable, Sendable {
    public var body: Bytes
    public init(body: Bytes) { self.body = body }
}
