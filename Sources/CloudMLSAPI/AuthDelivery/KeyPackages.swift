/// `POST /v1/key-packages`: adds to an account's pool; a KeyPackage that is there already is not added again.
public struct KeyPackageUpload: Codable, Sendable {
    public var account: AccountAddress
    /// `KeyPackage` structures (RFC 9420 §10), not wrapped in an MLSMessage. All of one cipher suite.
    public var keyPackages: [Bytes]
    /// Replaces the account's last-resort package of the suite; never consumed.
    public var lastResort: Bytes?

    public init(account: AccountAddress, keyPackages: [Bytes], lastResort: Bytes? = nil) {
        self.account = account
        self.keyPackages = keyPackages
        self.lastResort = lastResort
    }
}

/// Where a KeyPackage is in its life.
public enum KeyPackageStatus: String, Codable, Sendable {
    /// Never seen, or forgotten after it expired.
    case unknown
    case available
    case claimed
    case withdrawn
}

/// The answer of an upload, and of `GET /v1/key-packages/count?account=<address>&cipherSuite=<n>`.
public struct KeyPackageUploadResult: Codable, Sendable {
    /// How many are available now, the last-resort one not counted.
    public var available: Int
    public init(available: Int) { self.available = available }
}

/// `POST /v1/key-packages/status`: the user's own, by KeyPackageRef.
public struct KeyPackageStatusRequest: Codable, Sendable {
    public var refs: [Bytes]
    public init(refs: [Bytes]) { self.refs = refs }
}

/// The answer, in the order of the refs.
public struct KeyPackageStatusResponse: Codable, Sendable {
    public var statuses: [KeyPackageStatus]
    public init(statuses: [KeyPackageStatus]) { self.statuses = statuses }
}

/// `POST /v1/key-packages/retain`: of an account's KeyPackages, of all cipher suites, only these have a private part; 204.
/// All others are withdrawn, those that were claimed and not used yet among them.
public struct KeyPackageRetention: Codable, Sendable {
    public var account: AccountAddress
    /// At most 10,000.
    public var refs: [Bytes]

    public init(account: AccountAddress, refs: [Bytes]) {
        self.account = account
        self.refs = refs
    }
}

/// `POST /v1/key-packages/claim` with an idempotency key: one KeyPackage for each account, never the same one twice.
public struct KeyPackageClaim: Codable, Sendable, Hashable {
    public var accounts: [AccountAddress]
    public var cipherSuite: UInt16

    public init(accounts: [AccountAddress], cipherSuite: UInt16) {
        self.accounts = accounts
        self.cipherSuite = cipherSuite
    }
}

/// A KeyPackage that was handed out.
public struct ClaimedKeyPackage: Codable, Sendable, Hashable {
    public var account: AccountAddress
    public var keyPackage: Bytes
    public var lastResort: Bool

    public init(account: AccountAddress, keyPackage: Bytes, lastResort: Bool) {
        self.account = account
        self.keyPackage = keyPackage
        self.lastResort = lastResort
    }
}

/// The answer of a claim. Nothing is claimed unless every account has a KeyPackage: then `missing` is empty.
public struct KeyPackageClaimResponse: Codable, Sendable {
    public var keyPackages: [ClaimedKeyPackage]
    public var missing: [AccountAddress]

    public init(keyPackages: [ClaimedKeyPackage], missing: [AccountAddress]) {
        self.keyPackages = keyPackages
        self.missing = missing
    }
}
