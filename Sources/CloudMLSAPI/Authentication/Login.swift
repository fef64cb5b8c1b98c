public import KeyHierarchy

/// `POST /v1/auth/prelogin`. Unknown names get an answer of the same shape, the same for ever.
public struct PreLoginRequest: Codable, Sendable {
    public var user: String
    public var kind: SlotKind
    /// 32 random bytes.
    public var clientNonce: Bytes

    public init(user: String, kind: SlotKind, clientNonce: Bytes) {
        self.user = user
        self.kind = kind
        self.clientNonce = clientNonce
    }
}

/// The server's signed answer to a pre-login; the signed bytes are `KeyHierarchy`'s `PreLoginAnswer`.
public struct PreLoginResponse: Codable, Sendable {
    /// Ed25519 public key, 32 bytes: compare its hash with what is pinned.
    public var identityKey: Bytes
    /// Present if and only if `password` was asked for.
    public var kdf: KDFDescription?
    /// 32 bytes, good for one login.
    public var serverNonce: Bytes
    /// Seconds since 1970 until which `serverNonce` is good.
    public var expires: UInt64
    /// Ed25519 signature of the identity key.
    public var signature: Bytes

    public init(
        identityKey: Bytes, kdf: KDFDescription?, serverNonce: Bytes, expires: UInt64, signature: Bytes
    ) {
        self.identityKey = identityKey
        self.kdf = kdf
        self.serverNonce = serverNonce
        self.expires = expires
        self.signature = signature
    }
}

/// `POST /v1/auth/login`.
public struct LoginRequest: Codable, Sendable {
    public var user: String
    public var kind: SlotKind
    public var clientNonce: Bytes
    public var serverNonce: Bytes
    /// The origin that the client dialled, in the normal form of `KeyHierarchy`'s `Origin`.
    public var origin: String
    /// Ed25519 signature of the login key over `KeyHierarchy`'s `LoginProof`.
    public var signature: Bytes
    /// For people, in the list of sessions; at most 64 bytes.
    public var deviceName: String

    public init(
        user: String, kind: SlotKind, clientNonce: Bytes, serverNonce: Bytes, origin: String, signature: Bytes,
        deviceName: String
    ) {
        self.user = user
        self.kind = kind
        self.clientNonce = clientNonce
        self.serverNonce = serverNonce
        self.origin = origin
        self.signature = signature
        self.deviceName = deviceName
    }
}

/// A session's tokens: the answer to a login and to a refresh. Never printed.
public struct SessionTokens: Codable, Sendable, CustomStringConvertible {
    /// Sent as `Authorization: Bearer …`.
    public var accessToken: String
    /// Seconds since 1970.
    public var accessExpires: UInt64
    /// Good for one refresh; used twice, it ends the session.
    public var refreshToken: String
    /// Seconds since 1970.
    public var refreshExpires: UInt64

    public init(accessToken: String, accessExpires: UInt64, refreshToken: String, refreshExpires: UInt64) {
        self.accessToken = accessToken
        self.accessExpires = accessExpires
        self.refreshToken = refreshToken
        self.refreshExpires = refreshExpires
    }

    public var description: String { "<session tokens>" }
}

/// The answer to a login and to a refresh with `CloudMLS-Cookies: 1`: the tokens themselves are in cookies that no script
/// can read.
public struct CookieSession: Codable, Sendable, Equatable {
    /// Seconds since 1970.
    public var accessExpires: UInt64
    /// Seconds since 1970.
    public var refreshExpires: UInt64

    public init(accessExpires: UInt64, refreshExpires: UInt64) {
        self.accessExpires = accessExpires
        self.refreshExpires = refreshExpires
    }
}

/// `POST /v1/auth/refresh`; without a body where the token is in a cookie. (`POST /v1/auth/logout` has no body and answers 204.)
public struct RefreshRequest: Codable, Sendable {
    public var refreshToken: String
    public init(refreshToken: String) { self.refreshToken = refreshToken }
}
