/// A stable word for what went wrong, with the HTTP status it comes with.
public struct ErrorCode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    // Any request
    /// 400: the body, a path component or a header is not what the route takes.
    public static let badRequest = Self(rawValue: "bad_request")
    /// 404: there is no such route, or no such thing for this user.
    public static let notFound = Self(rawValue: "not_found")
    /// 405: the route takes other methods, which `Allow` lists.
    public static let methodNotAllowed = Self(rawValue: "method_not_allowed")
    /// 413: the body, object, message or batch is over its limit.
    public static let tooLarge = Self(rawValue: "too_large")
    /// 429: too many tries; `retryAfter` says when to come back.
    public static let rateLimited = Self(rawValue: "rate_limited")
    /// 500: a fault of the server; its log has the reason.
    public static let internalError = Self(rawValue: "internal_error")
    /// 503: the server is shutting down or cannot write now.
    public static let unavailable = Self(rawValue: "unavailable")
    /// 503: the server's database is damaged; nothing is written until a backup was restored.
    public static let databaseDamaged = Self(rawValue: "database_damaged")
    /// 507: the user's quota is used up, or the disk is full.
    public static let quotaExceeded = Self(rawValue: "quota_exceeded")

    // Authentication
    /// 401: name, key or password is wrong; the server does not say which.
    public static let wrongCredentials = Self(rawValue: "wrong_credentials")
    /// 401: the access token is unknown, expired or revoked. Refresh, then try again.
    public static let invalidToken = Self(rawValue: "invalid_token")
    /// 401: the refresh token is unknown, expired, or was used before. Sign in again.
    public static let invalidRefreshToken = Self(rawValue: "invalid_refresh_token")
    /// 403: the login was signed for an address at which this server is not to be found.
    public static let wrongOrigin = Self(rawValue: "wrong_origin")
    /// 403: a request with a session cookie that a page of another site may have caused: it lacks the header field
    /// `CloudMLS-Cookies`, or comes from an origin that the server does not allow.
    public static let crossSite = Self(rawValue: "cross_site")
    /// 403: registration is closed, or the setup code is unknown, used or expired.
    public static let registrationRefused = Self(rawValue: "registration_refused")
    /// 409: the user name is taken.
    public static let nameTaken = Self(rawValue: "name_taken")

    // Stored things with revisions
    /// 412: `If-Match` or `If-None-Match` does not hold; `currentRevision` is what is stored.
    public static let revisionConflict = Self(rawValue: "revision_conflict")
    /// 428: a write without a precondition.
    public static let preconditionRequired = Self(rawValue: "precondition_required")
    /// 409: the last usable way in cannot be deleted.
    public static let lastWayIn = Self(rawValue: "last_way_in")
    /// 409: the body is sealed under an object key that a rotation has retired. Read the keyring, then seal it again.
    public static let keyRetired = Self(rawValue: "key_retired")

    // Moving to another key store
    /// 409: the store is on its way to another key store; nothing can be written until it is there, or stays.
    public static let storeMoving = Self(rawValue: "store_moving")
    /// 409: the store has moved to another key store; `GET /v1/move` leads there.
    public static let storeMoved = Self(rawValue: "store_moved")
    /// 409: the store is still being copied here.
    public static let storeReceiving = Self(rawValue: "store_receiving")
    /// 409: another move is under way, or the two ends do not have the same.
    public static let moveConflict = Self(rawValue: "move_conflict")

    // Delivery
    /// 409: the platform account belongs to another user.
    public static let accountTaken = Self(rawValue: "account_taken")
    /// 403: the account named in the request is not the user's.
    public static let notYourAccount = Self(rawValue: "not_your_account")
    /// 422: a KeyPackage is malformed, badly signed, expired, or not the account's.
    public static let invalidKeyPackage = Self(rawValue: "invalid_key_package")
    /// 409: the pool of KeyPackages is full.
    public static let poolFull = Self(rawValue: "pool_full")
    /// 409: the group id is in use by somebody else.
    public static let groupExists = Self(rawValue: "group_exists")
    /// 409: another commit holds the epoch, or the message is for another epoch than the group's; `currentEpoch`.
    public static let epochConflict = Self(rawValue: "epoch_conflict")
    /// 409: this very commit was declared void and will never be accepted.
    public static let commitVoid = Self(rawValue: "commit_void")
    /// 422: a handshake message is not what the request says it is.
    public static let invalidHandshake = Self(rawValue: "invalid_handshake")
    /// 409: the idempotency key came before with another request.
    public static let idempotencyMismatch = Self(rawValue: "idempotency_mismatch")
}

extension ErrorCode {
    /// The HTTP status that goes with the code.
    public var status: Int {
        switch self {
        case .badRequest: 400
        case .wrongCredentials, .invalidToken, .invalidRefreshToken: 401
        case .wrongOrigin, .crossSite, .registrationRefused, .notYourAccount: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .nameTaken, .lastWayIn, .keyRetired, .accountTaken, .poolFull, .groupExists, .epochConflict, .commitVoid,
            .idempotencyMismatch, .storeMoving, .storeMoved, .storeReceiving, .moveConflict:
            409
        case .revisionConflict: 412
        case .tooLarge: 413
        case .invalidKeyPackage, .invalidHandshake: 422
        case .preconditionRequired: 428
        case .rateLimited: 429
        case .unavailable, .databaseDamaged: 503
        case .quotaExceeded: 507
        default: 500
        }
    }
}
