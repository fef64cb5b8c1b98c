public import KeyHierarchy

/// The public half of a way to log in.
public struct LoginMethod: Codable, Sendable, Hashable {
    public var kind: SlotKind
    /// Ed25519, 32 bytes.
    public var publicKey: Bytes
    /// For `password` only: what the next pre-login will say.
    public var kdf: KDFDescription?

    public init(kind: SlotKind, publicKey: Bytes, kdf: KDFDescription?) {
        self.kind = kind
        self.publicKey = publicKey
        self.kdf = kdf
    }
}

/// `POST /v1/register` at the auth-delivery server; 201 with no body. Open unless configured closed.
public struct AuthDeliveryRegistration: Codable, Sendable {
    public var user: String
    public var login: LoginMethod
    /// The first slot, which opens the profile key (`KeyHierarchy`'s `Slot` under a random profile id).
    public var slot: Bytes

    public init(user: String, login: LoginMethod, slot: Bytes) {
        self.user = user
        self.login = login
        self.slot = slot
    }
}

/// `POST /v1/register` at a key store: everything a user needs, in one transaction; 201 with no body.
public struct KeyStoreRegistration: Codable, Sendable {
    /// The setup code's token, 32 bytes. Nil where registration is open.
    public var setupToken: Bytes?
    public var user: String
    public var login: LoginMethod
    /// 16 random bytes that identify the user's data.
    public var storeID: Bytes
    /// The first slot, which opens the data key.
    public var slot: Bytes
    /// The signed, sealed keyring, at revision 1.
    public var keyring: Bytes

    public init(
        setupToken: Bytes?, user: String, login: LoginMethod, storeID: Bytes, slot: Bytes, keyring: Bytes
    ) {
        self.setupToken = setupToken
        self.user = user
        self.login = login
        self.storeID = storeID
        self.slot = slot
        self.keyring = keyring
    }
}
