import CloudMLSAPI
import ServerKit

/// A commit for the current epoch: the checks that need the database, and everything that follows from accepting it.
struct CommitAcceptance {
    let commit: InspectedCommit
    let group: StoredGroup
    let committer: StoredAccount
    /// Seconds since 1970.
    let now: UInt64
    let settings: DeliverySettings

    /// Somebody who enters, with the KeyPackage that is used up by it.
    private struct Entrant {
        var account: StoredAccount
        var keyPackage: StoredKeyPackage
    }

    /// Advances the epoch, appends to the log, changes the members and fills the inboxes.
    ///
    /// - Returns: the answer, and the users whose inboxes have something new.
    func apply(in transaction: any DeliveryTransaction) throws -> (PostResult, Set<UserID>) {
        let before = try transaction.members(of: group.id)
        let leavers = try leavers(among: before)
        let entrants = try entrants(members: before, leavers: leavers, in: transaction)
        let count = before.count - leavers.count + entrants.count
        guard count <= settings.groupMembers else {
            throw APIError(.tooLarge, "A group has at most \(settings.groupMembers) members.")
        }
        let group = try advance(members: count, in: transaction)
        let entry = try appendToLog(of: group, in: transaction)

        for account in leavers {
            try transaction.endMembership(of: account.id, in: group.id, to: entry.sequence)
        }
        for entrant in entrants {
            try transaction.insertMembership(of: entrant.account.id, in: group.id, from: entry.sequence + 1)
            if !entrant.keyPackage.lastResort {
                try transaction.setState(.used, ofKeyPackage: entrant.keyPackage.ref)
            }
        }
        var delivery = InboxDelivery(limit: settings.inboxEntries)
        for member in before {
            delivery.add(.log(group.id, sequence: entry.sequence), for: member.user)
        }
        try addWelcomes(for: entrants, of: group, entry: entry, to: &delivery, in: transaction)
        return (PostResult(entry, epoch: group.epoch), try delivery.deliver(in: transaction))
    }

    private func leavers(among members: [StoredAccount]) throws -> [StoredAccount] {
        let byAddress = Dictionary(members.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
        return try commit.announcement.removed.map { address in
            guard let account = byAddress[address] else {
                throw HandshakeInspector.invalid("The announcement removes somebody who is not a member.")
            }
            return account
        }
    }

    /// Somebody may be removed and added again in one commit: that is how a member that lost its state comes back.
    private func entrants(
        members: [StoredAccount], leavers: [StoredAccount], in transaction: any DeliveryTransaction
    ) throws -> [Entrant] {
        let staying = Set(members).subtracting(leavers)
        guard commit.welcomeCipherSuite == nil || commit.welcomeCipherSuite == group.cipherSuite else {
            throw HandshakeInspector.invalid("The Welcome is of another cipher suite than the group.")
        }
        return try commit.announcement.added.map { added in
            guard let account = try transaction.account(added.account), !staying.contains(account) else {
                throw HandshakeInspector.invalid("The announcement adds an account that is unknown or a member.")
            }
            return Entrant(
                account: account,
                keyPackage: try keyPackage(added.keyPackageRef, of: account, in: transaction))
        }
    }

    /// The KeyPackage, if the committer's user claimed it for the account and it can be used now. Its leaf must carry
    /// the identity key that is current in the very history number that the log entry gets.
    private func keyPackage(
        _ ref: [UInt8], of account: StoredAccount, in transaction: any DeliveryTransaction
    ) throws -> StoredKeyPackage {
        guard let keyPackage = try transaction.keyPackage(ref), keyPackage.account == account.id,
            keyPackage.cipherSuite == group.cipherSuite, try transaction.hasClaimed(ref, user: committer.user),
            keyPackage.state == (keyPackage.lastResort ? .available : .claimed)
        else {
            throw APIError(.invalidKeyPackage, "A KeyPackage that is added was not claimed by you, or used before.")
        }
        guard keyPackage.notAfter >= now else {
            throw APIError(.invalidKeyPackage, "A KeyPackage that is added has expired: claim another one.")
        }
        guard let scheme = CipherSuiteRules.signatureScheme(of: keyPackage.cipherSuite),
            let current = try transaction.currentIdentityKey(of: account.id, scheme: scheme),
            !current.revoked, current.key.publicKey.array == keyPackage.signatureKey
        else {
            throw APIError(
                .invalidKeyPackage, "A KeyPackage that is added is under an old identity key: claim another one.")
        }
        return keyPackage
    }

    private func advance(members: Int, in transaction: any DeliveryTransaction) throws -> StoredGroup {
        var group = group
        group.epoch += 1
        group.sequence += 1
        if members > 1 && group.stamp == nil { group.stamp = now }
        try transaction.updateGroup(group)
        return group
    }

    private func appendToLog(of group: StoredGroup, in transaction: any DeliveryTransaction) throws -> LogEntry {
        let entry = LogEntry(
            sequence: group.sequence, kind: .commit, epoch: self.group.epoch, hash: Bytes(commit.hash),
            message: Bytes(commit.message), confirmation: Bytes(commit.confirmation),
            identityHistory: try transaction.newestIdentityHistory(), accepted: now)
        try transaction.insertLogEntry(entry, in: group.id)
        try transaction.insertCommit(
            StoredCommit(
                epoch: entry.epoch, hash: commit.hash, committer: committer.id, sequence: entry.sequence,
                identityHistory: entry.identityHistory),
            in: group.id)
        try transaction.deleteVoids(epoch: entry.epoch, in: group.id)
        return entry
    }

    private func addWelcomes(
        for entrants: [Entrant], of group: StoredGroup, entry: LogEntry, to delivery: inout InboxDelivery,
        in transaction: any DeliveryTransaction
    ) throws {
        guard let message = commit.welcome else { return }
        let welcome = try transaction.insertWelcome(
            StoredWelcome(
                groupID: group.groupID, sequence: entry.sequence, epoch: group.epoch,
                identityHistory: entry.identityHistory, message: message),
            in: group.id)
        for entrant in entrants {
            delivery.add(
                .welcome(welcome, account: entrant.account.id, keyPackageRef: entrant.keyPackage.ref),
                for: entrant.account.user)
        }
    }
}
