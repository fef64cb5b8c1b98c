// What a key store takes in when a store moves to it; see `Moving.swift`.

/// What comes with a store besides its objects.
public struct ImportContents: Codable, Sendable {
    /// 16 bytes: objects of another move are refused.
    public var moveID: Bytes
    /// The source's Ed25519 public key, which the moved statement has to be signed with; nil where the store comes from
    /// a file.
    public var sourceKey: Bytes?
    public var keyringRevision: UInt64
    public var keyring: Bytes
    /// As the source lists them, but for the password's login key, which is another one at each server.
    public var slots: [StoredSlot]
    /// SHA-256 of `KeyHierarchy`'s `FollowToken`, 32 bytes: what signed-in devices follow with.
    public var followHash: Bytes

    public init(
        moveID: Bytes, sourceKey: Bytes?, keyringRevision: UInt64, keyring: Bytes, slots: [StoredSlot],
        followHash: Bytes
    ) {
        self.moveID = moveID
        self.sourceKey = sourceKey
        self.keyringRevision = keyringRevision
        self.keyring = keyring
        self.slots = slots
        self.followHash = followHash
    }
}

/// `POST /v1/import`: an account for a store that comes from another key store; 201 with no body. Takes no session.
public struct KeyStoreImport: Codable, Sendable {
    /// As in `KeyStoreRegistration`.
    public var setupToken: Bytes?
    public var user: String
    /// 16 bytes.
    public var storeID: Bytes
    public var contents: ImportContents

    public init(setupToken: Bytes?, user: String, storeID: Bytes, contents: ImportContents) {
        self.setupToken = setupToken
        self.user = user
        self.storeID = storeID
        self.contents = contents
    }
}

/// The answer of `GET /v1/import`, and of `PUT /v1/import`, which takes `ImportContents` and begins anew: what another
/// move had copied is dropped. It is refused to a store that is open.
public struct ImportStatus: Codable, Sendable, Hashable {
    public var state: StoreState
    public var moveID: Bytes?
    /// The last object's name: copying goes on behind it.
    public var lastName: Bytes?
    public var objects: UInt64
    public var bytes: UInt64

    public init(state: StoreState, moveID: Bytes?, lastName: Bytes?, objects: UInt64, bytes: UInt64) {
        self.state = state
        self.moveID = moveID
        self.lastName = lastName
        self.objects = objects
        self.bytes = bytes
    }
}

/// `PUT /v1/import/objects`: objects as the source has them, revisions included, by ascending name; answers
/// `ImportStatus`. The same objects again change nothing.
public struct ImportObjects: Codable, Sendable {
    public var moveID: Bytes
    public var objects: [StoredObject]

    public init(moveID: Bytes, objects: [StoredObject]) {
        self.moveID = moveID
        self.objects = objects
    }
}

/// `POST /v1/import/open`: the store is complete, and open from now on; answers `ImportStatus`. The same request again
/// gets the same answer.
public struct ImportOpening: Codable, Sendable {
    public var moveID: Bytes
    /// `KeyHierarchy`'s `SignedMovedStatement`, whose digest is compared with what is here.
    public var statement: Bytes?
    /// In place of the statement where the store comes from a file.
    public var digest: Bytes?

    public init(moveID: Bytes, statement: Bytes?, digest: Bytes?) {
        self.moveID = moveID
        self.statement = statement
        self.digest = digest
    }
}

/// `POST /v1/import/follow`: a device that was signed in at the source begins a session; answers `SessionTokens`. Takes no
/// session, and is possible within `Limits.followLifetime` and until the password is changed.
public struct FollowRequest: Codable, Sendable {
    public var user: String
    /// `KeyHierarchy`'s `FollowToken`, 32 bytes.
    public var token: Bytes
    /// At most 64 bytes.
    public var deviceName: String

    public init(user: String, token: Bytes, deviceName: String) {
        self.user = user
        self.token = token
        self.deviceName = deviceName
    }
}
