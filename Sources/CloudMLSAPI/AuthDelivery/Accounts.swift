/// A public signature key of an account, one per signature scheme, used in all of its groups.
public struct IdentityKey: Codable, Sendable, Hashable {
    /// TLS `SignatureScheme`: 0x0807 is Ed25519, 0x0403 ECDSA P-256 with SHA-256.
    public var scheme: UInt16
    public var publicKey: Bytes

    public init(scheme: UInt16, publicKey: Bytes) {
        self.scheme = scheme
        self.publicKey = publicKey
    }
}

/// `PUT /v1/accounts`: makes the account the user's, or sets other keys for it. Repeating it changes nothing. Answers
/// `AccountRecord`.
public struct AccountRegistration: Codable, Sendable {
    public var account: AccountAddress
    public var identityKeys: [IdentityKey]
    /// What proves that the account is the user's, for platforms that ask for it.
    public var proof: Bytes?
    /// Whether every key that was replaced, now or before, is revoked: leaves that carry one are to be refused.
    public var revokesReplaced: Bool?

    public init(
        account: AccountAddress, identityKeys: [IdentityKey], proof: Bytes? = nil, revokesReplaced: Bool? = nil
    ) {
        self.account = account
        self.identityKeys = identityKeys
        self.proof = proof
        self.revokesReplaced = revokesReplaced
    }
}

/// A key in an account's history.
public struct IdentityKeyRecord: Codable, Sendable, Hashable {
    public var key: IdentityKey
    /// The number under which the server's identity history has it; strictly increasing over all accounts.
    public var history: UInt64
    /// The number under which it was replaced, or nil while it is the current one.
    public var replaced: UInt64?
    public var revoked: Bool

    public init(key: IdentityKey, history: UInt64, replaced: UInt64?, revoked: Bool) {
        self.key = key
        self.history = history
        self.replaced = replaced
        self.revoked = revoked
    }
}

/// An account with its keys, oldest first.
public struct AccountRecord: Codable, Sendable, Hashable {
    public var account: AccountAddress
    public var keys: [IdentityKeyRecord]

    public init(account: AccountAddress, keys: [IdentityKeyRecord]) {
        self.account = account
        self.keys = keys
    }
}

/// The answer of `GET /v1/accounts` (the user's own) and of `POST /v1/identities` (those asked for that exist).
public struct AccountList: Codable, Sendable {
    public var accounts: [AccountRecord]
    public init(accounts: [AccountRecord]) { self.accounts = accounts }
}

/// `POST /v1/identities`: the key histories of up to 2,000 accounts.
public struct IdentitiesRequest: Codable, Sendable {
    public var accounts: [AccountAddress]
    public init(accounts: [AccountAddress]) { self.accounts = accounts }
}
