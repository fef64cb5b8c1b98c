import CloudMLSAPI
import ServerKit

/// Platform accounts and the history of their identity keys.
package struct AccountService: Sendable {
    let storage: any DeliveryStorage
    let proofs: OwnershipProofs
    let settings: DeliverySettings

    /// Makes an account the user's, or gives it other keys; does nothing the second time.
    func put(_ registration: AccountRegistration, by user: UserID) async throws -> AccountRecord {
        try Self.check(registration.identityKeys)
        let known = try await storage.read { try $0.account(registration.account) }
        if known == nil {
            try await proofs.verify(registration.account, isOf: user, by: registration.proof?.array)
        }
        return try await storage.write { transaction in
            let account = try Self.claim(
                registration.account, for: user, limit: settings.accountsPerUser, in: transaction)
            try Self.replaceKeys(
                of: account, with: registration.identityKeys, limit: settings.identityKeysPerAccount, in: transaction)
            if registration.revokesReplaced == true {
                for scheme in Set(try transaction.identityKeys(of: account.id).map(\.key.scheme)) {
                    try transaction.revokeReplacedIdentityKeys(of: account.id, scheme: scheme)
                }
            }
            return try Self.record(account, in: transaction)
        }
    }

    /// The user's accounts, in the order in which they were made.
    func list(of user: UserID) async throws -> AccountList {
        try await storage.read { transaction in
            AccountList(
                accounts: try transaction.accounts(of: user).map { try Self.record($0, in: transaction) })
        }
    }

    /// The key histories of those accounts that exist, in the order asked for.
    func identities(_ accounts: [AccountAddress]) async throws -> AccountList {
        guard accounts.count <= Limits.groupMembers else {
            throw APIError(.tooLarge, "Ask for at most \(Limits.groupMembers) accounts at once.")
        }
        // An answer grows with the keys of each account named: nobody gets one account's history many times.
        guard Set(accounts).count == accounts.count else {
            throw APIError(.badRequest, "Name each account once.")
        }
        return try await storage.read { transaction in
            AccountList(
                accounts: try accounts.compactMap { address in
                    try transaction.account(address).map { try Self.record($0, in: transaction) }
                })
        }
    }

    private static func check(_ keys: [IdentityKey]) throws(APIError) {
        guard !keys.isEmpty, Set(keys.map(\.scheme)).count == keys.count,
            keys.allSatisfy({ CipherSuiteRules.isPublicKey($0.publicKey.array, of: $0.scheme) })
        else {
            throw APIError(
                .badRequest, "An account has one key for each of its signature schemes: 0x0807, 0x0403 or both.")
        }
    }

    private static func claim(
        _ address: AccountAddress, for user: UserID, limit: Int, in transaction: any DeliveryTransaction
    ) throws -> StoredAccount {
        if let account = try transaction.account(address) {
            guard account.user == user else {
                throw APIError(.accountTaken, "The account is registered to another user of this server.")
            }
            return account
        }
        guard try transaction.accounts(of: user).count < limit else {
            throw APIError(.quotaExceeded, "A user has at most \(limit) accounts.")
        }
        return try transaction.insertAccount(address, of: user)
    }

    /// Each change takes a number of the history of its own. KeyPackages under a key that is no longer current are
    /// withdrawn, so that nobody is handed one whose leaf others would have to refuse.
    private static func replaceKeys(
        of account: StoredAccount, with keys: [IdentityKey], limit: Int, in transaction: any DeliveryTransaction
    ) throws {
        let all = try transaction.identityKeys(of: account.id)
        let current = all.filter { $0.replaced == nil }
        let added = keys.count { key in !current.contains { $0.key == key } }
        guard added == 0 || all.count + added <= limit else {
            throw APIError(.quotaExceeded, "The history of an account takes at most \(limit) identity keys.")
        }
        for key in keys where !current.contains(where: { $0.key == key }) {
            guard !all.contains(where: { $0.key == key && $0.revoked }) else {
                throw APIError(.badRequest, "A revoked key cannot be used again.")
            }
            let history = try transaction.nextIdentityHistory()
            if let old = current.first(where: { $0.key.scheme == key.scheme }) {
                try transaction.endIdentityKey(history: old.history, replaced: history)
            }
            try transaction.insertIdentityKey(key, of: account.id, history: history)
            try transaction.withdrawKeyPackages(
                of: account.id, cipherSuites: CipherSuiteRules.suites(signingWith: key.scheme),
                except: key.publicKey.array)
        }
        for old in current where !keys.contains(where: { $0.scheme == old.key.scheme }) {
            try transaction.endIdentityKey(history: old.history, replaced: try transaction.nextIdentityHistory())
            try transaction.withdrawKeyPackages(
                of: account.id, cipherSuites: CipherSuiteRules.suites(signingWith: old.key.scheme), except: nil)
        }
    }

    private static func record(
        _ account: StoredAccount, in transaction: any DeliveryTransaction
    ) throws -> AccountRecord {
        AccountRecord(account: account.address, keys: try transaction.identityKeys(of: account.id))
    }
}

extension DeliveryTransaction {
    /// The account where it is the user's; else `not_your_account`, whether another user has it or nobody.
    func account(_ address: AccountAddress, ownedBy user: UserID) throws -> StoredAccount {
        guard let account = try account(address), account.user == user else {
            throw APIError(.notYourAccount, "The account is not one of yours: register it first.")
        }
        return account
    }
}
