import CloudMLSAPI
import ServerKit

/// The pools of KeyPackages: upload, count, status and claim.
package struct KeyPackageService: Sendable {
    let storage: any DeliveryStorage
    let clock: ServerClock
    let settings: DeliverySettings

    /// Adds to an account's pool what is not there already, all or nothing.
    func upload(_ upload: KeyPackageUpload, by user: UserID) async throws -> KeyPackageUploadResult {
        guard upload.keyPackages.count <= settings.keyPackages else { throw Self.poolFull(settings.keyPackages) }
        let now = clock.now
        let inspector = KeyPackageInspector(account: upload.account, now: now, settings: settings)
        let pool = try upload.keyPackages.map { try inspector.inspect($0.array, lastResort: false) }
        let lastResort = try upload.lastResort.map { try inspector.inspect($0.array, lastResort: true) }
        let all = pool + (lastResort.map { [$0] } ?? [])
        guard let suite = all.first?.cipherSuite, all.allSatisfy({ $0.cipherSuite == suite }) else {
            throw APIError(.badRequest, "Upload at least one KeyPackage, and those of one cipher suite at a time.")
        }
        return try await storage.write { transaction in
            let account = try transaction.account(upload.account, ownedBy: user)
            for keyPackage in all {
                try Self.insert(keyPackage, of: account, in: transaction)
            }
            if let lastResort {
                try transaction.withdrawLastResorts(of: account.id, cipherSuite: suite, except: lastResort.ref)
            }
            let available = try transaction.availableKeyPackages(of: account.id, cipherSuite: suite, at: now)
            guard available <= settings.keyPackages else { throw Self.poolFull(settings.keyPackages) }
            return KeyPackageUploadResult(available: available)
        }
    }

    /// How many KeyPackages of one of the user's accounts can be claimed, the last resort not counted.
    func count(of address: AccountAddress, cipherSuite: UInt16, by user: UserID) async throws -> KeyPackageUploadResult
    {
        let now = clock.now
        return try await storage.read { transaction in
            let account = try transaction.account(address, ownedBy: user)
            return KeyPackageUploadResult(
                available: try transaction.availableKeyPackages(of: account.id, cipherSuite: cipherSuite, at: now))
        }
    }

    /// Where the user's own KeyPackages are in their lives; another user's is `unknown`.
    func status(of refs: [[UInt8]], by user: UserID) async throws -> KeyPackageStatusResponse {
        guard refs.count <= 1_000 else { throw APIError(.tooLarge, "Ask for at most 1000 KeyPackages at once.") }
        let now = clock.now
        return try await storage.read { transaction in
            let accounts = Set(try transaction.accounts(of: user).map(\.id))
            return KeyPackageStatusResponse(
                statuses: try refs.map { ref in
                    guard let keyPackage = try transaction.keyPackage(ref), accounts.contains(keyPackage.account)
                    else { return .unknown }
                    switch keyPackage.state {
                    case .available: return keyPackage.notAfter < now ? .unknown : .available
                    case .claimed, .used: return .claimed
                    case .withdrawn: return .withdrawn
                    }
                })
        }
    }

    /// Withdraws what nobody can join with any more.
    func retain(_ retention: KeyPackageRetention, by user: UserID) async throws {
        guard retention.refs.count <= 10_000 else {
            throw APIError(.tooLarge, "Name at most 10000 KeyPackages of an account.")
        }
        try await storage.write { transaction in
            let account = try transaction.account(retention.account, ownedBy: user)
            try transaction.withdrawKeyPackages(of: account.id, except: Set(retention.refs.map(\.array)))
        }
    }

    /// Hands out one KeyPackage for each account, or none at all where an account has none.
    func claim(_ claim: KeyPackageClaim, key: [UInt8], by user: UserID) async throws -> KeyPackageClaimResponse {
        guard (1...settings.groupMembers).contains(claim.accounts.count),
            Set(claim.accounts).count == claim.accounts.count
        else {
            throw APIError(.badRequest, "Claim for 1 to \(settings.groupMembers) accounts, each named once.")
        }
        guard CipherSuiteRules.suites.contains(claim.cipherSuite) else {
            throw APIError(.badRequest, "The server delivers for cipher suites 1, 2 and 3.")
        }
        let now = clock.now
        return try await storage.write { transaction in
            try IdempotentRequests.answer(
                claim, to: key, of: user, at: now, settings: settings, in: transaction,
                tookEffect: { $0.missing.isEmpty }
            ) {
                try Self.handOut(claim, to: user, at: now, in: transaction)
            }
        }
    }

    private static func handOut(
        _ claim: KeyPackageClaim, to user: UserID, at now: UInt64, in transaction: any DeliveryTransaction
    ) throws -> KeyPackageClaimResponse {
        var found: [StoredKeyPackage] = []
        var missing: [AccountAddress] = []
        for address in claim.accounts {
            if let account = try transaction.account(address),
                let keyPackage = try transaction.claimableKeyPackage(
                    of: account.id, cipherSuite: claim.cipherSuite, at: now)
            {
                found.append(keyPackage)
            } else {
                missing.append(address)
            }
        }
        guard missing.isEmpty else { return KeyPackageClaimResponse(keyPackages: [], missing: missing) }
        for keyPackage in found {
            if !keyPackage.lastResort { try transaction.setState(.claimed, ofKeyPackage: keyPackage.ref) }
            try transaction.recordClaim(of: keyPackage.ref, by: user, at: now)
        }
        let claimed = zip(claim.accounts, found).map { account, keyPackage in
            ClaimedKeyPackage(
                account: account, keyPackage: Bytes(keyPackage.body), lastResort: keyPackage.lastResort)
        }
        return KeyPackageClaimResponse(keyPackages: claimed, missing: [])
    }

    private static func insert(
        _ inspected: InspectedKeyPackage, of account: StoredAccount, in transaction: any DeliveryTransaction
    ) throws {
        guard try transaction.keyPackage(inspected.ref) == nil else { return }
        let current = try transaction.currentIdentityKey(of: account.id, scheme: inspected.signatureScheme)
        guard current?.key.publicKey.array == inspected.signatureKey else {
            throw APIError(.invalidKeyPackage, "The leaf's signature key is not the account's current identity key.")
        }
        try transaction.insertKeyPackage(
            StoredKeyPackage(
                ref: inspected.ref, account: account.id, cipherSuite: inspected.cipherSuite, body: inspected.body,
                signatureKey: inspected.signatureKey, notBefore: inspected.notBefore, notAfter: inspected.notAfter,
                lastResort: inspected.lastResort, state: .available))
    }

    private static func poolFull(_ limit: Int) -> APIError {
        APIError(.poolFull, "The pool takes \(limit) KeyPackages of an account and cipher suite.")
    }
}
