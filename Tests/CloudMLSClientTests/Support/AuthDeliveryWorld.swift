import CloudMLSAPI
import CloudMLSClient
import Crypto
import MLS
import MLSCodec
import MLSCrypto

/// An auth-delivery server in memory, with the rules of the real one for accounts, KeyPackages, groups and inboxes.
actor AuthDeliveryWorld {
    struct PooledKeyPackage {
        var account: AccountAddress
        var suite: UInt16
        var bytes: [UInt8]
        var status: KeyPackageStatus
        var isLastResort: Bool
    }

    struct Group {
        var creator: AccountAddress
        var suite: UInt16
        var epoch: UInt64 = 0
        var members: Set<AccountAddress>
        var log: [LogEntry] = []
        /// For each time that an account was a member: after which entry its log begins, and with which it ends.
        var spans: [AccountAddress: [(after: UInt64, until: UInt64)]]
        var results: [String: PostResult] = [:]
        var voided: Set<String> = []
        /// The members that ask to be removed and added again.
        var rejoining: Set<AccountAddress> = []
        var stamp: UInt64?
    }

    var incarnation: [UInt8] = [UInt8](repeating: 1, count: 16)
    var owners: [AccountAddress: String] = [:]
    var histories: [AccountAddress: [IdentityKeyRecord]] = [:]
    var history: UInt64 = 0
    var keyPackages: [(ref: [UInt8], value: PooledKeyPackage)] = []
    var claims: [String: KeyPackageClaimResponse] = [:]
    var groups: [[UInt8]: Group] = [:]
    var inboxes: [String: [InboxEntry]] = [:]
    var inboxNumbers: [String: UInt64] = [:]
    var anchors: [String: [[UInt8]: StoredAnchor]] = [:]
    var reports: [CommitReport] = []
    /// Every handshake message that anybody tried to post, accepted or not.
    var posted: [[UInt8]] = []
    /// Refuses commits with this code for as long as it is set.
    var commitRefusal: ErrorCode?
    /// Seconds since 1970.
    let clock: @Sendable () -> UInt64
    /// Writes anchors without a look at what is there: what a simulation breaks on purpose.
    private let takesAnyAnchor: Bool

    init(clock: @escaping @Sendable () -> UInt64 = { 1_000 }, takesAnyAnchor: Bool = false) {
        self.clock = clock
        self.takesAnyAnchor = takesAnyAnchor
    }

    static func refusal(_ code: ErrorCode, currentEpoch: UInt64? = nil) -> ClientError {
        ClientError(refusal: .init(code: code, message: code.rawValue, currentEpoch: currentEpoch))
    }

    func setCommitRefusal(_ code: ErrorCode?) { commitRefusal = code }

    // Accounts

    func register(_ registration: AccountRegistration, user: String) throws {
        let account = registration.account
        guard owners[account, default: user] == user else { throw Self.refusal(.accountTaken) }
        owners[account] = user
        for key in registration.identityKeys {
            var records = histories[account, default: []]
            let current = records.firstIndex { $0.key.scheme == key.scheme && $0.replaced == nil }
            if let current, records[current].key == key { continue }
            history += 1
            if let current { records[current].replaced = history }
            records.append(IdentityKeyRecord(key: key, history: history, replaced: nil, revoked: false))
            histories[account] = records
        }
    }

    func revokeKeys(of account: AccountAddress) {
        history += 1
        histories[account] = histories[account]?.map {
            var record = $0
            record.revoked = true
            return record
        }
    }

    func records(of accounts: [AccountAddress]) -> [AccountRecord] {
        accounts.compactMap { account in histories[account].map { AccountRecord(account: account, keys: $0) } }
    }

    func accounts(of user: String) -> [AccountRecord] {
        records(of: owners.filter { $0.value == user }.map(\.key).sorted())
    }

    // KeyPackages

    func upload(_ upload: KeyPackageUpload, user: String) throws -> KeyPackageUploadResult {
        guard owners[upload.account] == user else { throw Self.refusal(.notYourAccount) }
        for (bytes, isLastResort) in upload.keyPackages.map({ ($0, false) })
            + (upload.lastResort.map { [($0, true)] } ?? [])
        {
            guard let package = try? KeyPackage(decoding: bytes.array),
                let provider = try? SwiftCryptoProvider(package.cipherSuite),
                (try? package.verified(by: provider)) != nil,
                package.leafNode.credential.basicIdentity == Array(upload.account.description.utf8)
            else { throw Self.refusal(.invalidKeyPackage) }
            let ref = package.reference(provider: provider).bytes
            guard !keyPackages.contains(where: { $0.ref == ref }) else { continue }
            if isLastResort {
                for index in keyPackages.indices
                where keyPackages[index].value.account == upload.account && keyPackages[index].value.isLastResort {
                    keyPackages[index].value.status = .withdrawn
                }
            }
            let value = PooledKeyPackage(
                account: upload.account, suite: package.cipherSuite.rawValue, bytes: bytes.array, status: .available,
                isLastResort: isLastResort)
            keyPackages.append((ref, value))
        }
        let available = keyPackages.count {
            $0.value.account == upload.account && $0.value.status == .available && !$0.value.isLastResort
        }
        return KeyPackageUploadResult(available: available)
    }

    func status(_ refs: [[UInt8]]) -> [KeyPackageStatus] {
        refs.map { ref in keyPackages.first { $0.ref == ref }?.value.status ?? .unknown }
    }

    /// Withdraws what is not used and has no private part.
    func retain(_ retention: KeyPackageRetention, user: String) throws {
        guard owners[retention.account] == user else { throw Self.refusal(.notYourAccount) }
        let used = usedKeyPackages
        for index in keyPackages.indices
        where keyPackages[index].value.account == retention.account && !used.contains(keyPackages[index].ref)
            && !retention.refs.contains(Bytes(keyPackages[index].ref))
        {
            keyPackages[index].value.status = .withdrawn
        }
    }

    func forgetKeyPackages() { keyPackages = [] }

    func claim(_ claim: KeyPackageClaim, user: String, key: [UInt8]) throws -> KeyPackageClaimResponse {
        let name = "\(user)/\(key.hex)"
        if let earlier = claims[name] { return earlier }
        var chosen: [Int] = []
        var missing: [AccountAddress] = []
        for account in claim.accounts {
            let candidates = keyPackages.indices.filter {
                keyPackages[$0].value.account == account && keyPackages[$0].value.suite == claim.cipherSuite
                    && keyPackages[$0].value.status == .available
            }
            if let index = candidates.first(where: { !keyPackages[$0].value.isLastResort }) ?? candidates.first {
                chosen.append(index)
            } else {
                missing.append(account)
            }
        }
        guard missing.isEmpty else { return KeyPackageClaimResponse(keyPackages: [], missing: missing) }
        for index in chosen where !keyPackages[index].value.isLastResort { keyPackages[index].value.status = .claimed }
        let response = KeyPackageClaimResponse(
            keyPackages: chosen.map {
                let value = keyPackages[$0].value
                return ClaimedKeyPackage(
                    account: value.account, keyPackage: Bytes(value.bytes), lastResort: value.isLastResort)
            }, missing: [])
        claims[name] = response
        return response
    }

    // Anchors

    func anchor(_ name: [UInt8], user: String) -> StoredAnchor? { anchors[user]?[name] }

    func writeAnchor(_ name: [UInt8], ifRevision: UInt64, _ body: Bytes, user: String) throws -> WriteResult {
        let current = anchors[user]?[name]?.revision ?? 0
        guard current == ifRevision || takesAnyAnchor else {
            throw ClientError(
                refusal: .init(code: .revisionConflict, message: "revision", currentRevision: current))
        }
        anchors[user, default: [:]][name] = StoredAnchor(name: Bytes(name), revision: ifRevision + 1, body: body)
        return WriteResult(revision: ifRevision + 1)
    }
}
