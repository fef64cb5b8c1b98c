package import ServerKit

/// A KeyPackage that was parsed and verified.
package struct StoredKeyPackage: Hashable, Sendable {
    /// Where it is in its life. `used` is what the owner sees as claimed, too.
    package enum State: String, Sendable {
        case available
        case claimed
        case used
        case withdrawn
    }

    package var ref: [UInt8]
    package var account: AccountID
    package var cipherSuite: UInt16
    package var body: [UInt8]
    package var signatureKey: [UInt8]
    /// Seconds since 1970.
    package var notBefore: UInt64
    /// Seconds since 1970.
    package var notAfter: UInt64
    package var lastResort: Bool
    package var state: State
}

/// The pool of KeyPackages. One that is not a last resort is handed out once.
package protocol KeyPackageStorage {
    func keyPackage(_ ref: [UInt8]) throws -> StoredKeyPackage?
    func insertKeyPackage(_ keyPackage: StoredKeyPackage) throws
    /// How many that are no last resort can be claimed at `time`.
    func availableKeyPackages(of account: AccountID, cipherSuite: UInt16, at time: UInt64) throws -> Int
    /// The one to hand out next: the one that expires first, else the last resort.
    func claimableKeyPackage(of account: AccountID, cipherSuite: UInt16, at time: UInt64) throws -> StoredKeyPackage?
    func setState(_ state: StoredKeyPackage.State, ofKeyPackage ref: [UInt8]) throws
    /// Withdraws what is available, is not for `signatureKey`, and is of one of the suites.
    func withdrawKeyPackages(of account: AccountID, cipherSuites: [UInt16], except signatureKey: [UInt8]?) throws
    /// Withdraws the last resort other than `ref`.
    func withdrawLastResorts(of account: AccountID, cipherSuite: UInt16, except ref: [UInt8]) throws
    /// Withdraws what can be claimed, or was and is not used, and is not among `refs`.
    func withdrawKeyPackages(of account: AccountID, except refs: Set<[UInt8]>) throws
    /// Notes that `user` got the KeyPackage.
    func recordClaim(of ref: [UInt8], by user: UserID, at time: UInt64) throws
    func hasClaimed(_ ref: [UInt8], user: UserID) throws -> Bool
    /// Forgets what expired before the times, in seconds since 1970.
    func deleteKeyPackages(availableExpiredBefore: UInt64, othersExpiredBefore: UInt64) throws
}
