import CloudMLSAPI
import ServerKit

/// Orders a group's handshake messages: exactly one commit wins an epoch, and everybody gets it in the same transaction.
package struct HandshakeService: Sendable {
    let storage: any DeliveryStorage
    let clock: ServerClock
    let settings: DeliverySettings
    let signals: InboxSignals

    /// Accepts a commit, or answers as before where it was accepted before.
    func post(_ post: CommitPost, to groupID: [UInt8], by user: UserID) async throws -> PostResult {
        // Parsed before the transaction, which holds up every other writer, but judged inside of it: what was accepted
        // or voided before is looked up first.
        let inspector = HandshakeInspector(groupID: groupID, settings: settings)
        let inspected = Result { () throws(APIError) in try inspector.inspect(post) }
        let hash = HandshakeInspector.hash(post.commit.array)
        let now = clock.now
        let (result, recipients) = try await storage.write { transaction in
            let (group, account) = try transaction.group(groupID, of: post.account, ownedBy: user)
            if let accepted = try transaction.commit(endingEpoch: post.epoch, in: group.id), accepted.hash == hash,
                accepted.committer == account.id
            {
                return (PostResult(accepted), Set<UserID>())
            }
            guard try !transaction.isVoid(hash, epoch: post.epoch, in: group.id) else {
                throw APIError(.commitVoid, "This commit was declared void: make another one.")
            }
            try Self.check(account, posts: post.epoch, to: group, in: transaction)
            let acceptance = CommitAcceptance(
                commit: try inspected.get(), group: group, committer: account, now: now, settings: settings)
            return try acceptance.apply(in: transaction)
        }
        signals.wake(recipients)
        return result
    }

    /// Appends a proposal to the log, or answers as before where it is there.
    func post(_ post: ProposalPost, to groupID: [UInt8], by user: UserID) async throws -> PostResult {
        let inspector = HandshakeInspector(groupID: groupID, settings: settings)
        let inspected = Result { () throws(APIError) in try inspector.inspect(post) }
        let hash = HandshakeInspector.hash(post.proposal.array)
        let now = clock.now
        let (result, recipients) = try await storage.write { transaction in
            let (group, account) = try transaction.group(groupID, of: post.account, ownedBy: user)
            if let accepted = try transaction.proposal(hash, epoch: post.epoch, in: group.id) {
                return (PostResult(accepted, epoch: accepted.epoch), Set<UserID>())
            }
            try Self.check(account, posts: post.epoch, to: group, in: transaction)
            try inspected.get()
            guard try transaction.proposalCount(epoch: group.epoch, in: group.id) < settings.proposalsPerEpoch else {
                throw APIError(.quotaExceeded, "The epoch has all the proposals that it takes: commit first.")
            }
            return try Self.append(
                post.proposal, hash: hash, to: group, at: now, limit: settings.inboxEntries, in: transaction)
        }
        signals.wake(recipients)
        return result
    }

    /// Declares a commit void for ever, unless it has won its epoch. Once the epoch is over, no commit for it is taken,
    /// and what was declared void for it is forgotten.
    func void(_ request: VoidRequest, in groupID: [UInt8], by user: UserID) async throws -> VoidResponse {
        guard request.hash.array.count == 32 else { throw APIError(.badRequest, "A commit's hash has 32 bytes.") }
        return try await storage.write { transaction in
            let (group, account) = try transaction.group(groupID, of: request.account, ownedBy: user)
            if let accepted = try transaction.commit(endingEpoch: request.epoch, in: group.id),
                accepted.hash == request.hash.array
            {
                return VoidResponse(accepted: PostResult(accepted))
            }
            guard try transaction.isMember(account.id, of: group.id) else { throw APIError.noSuchGroup }
            guard request.epoch <= group.epoch else { throw APIError.epochConflict(current: group.epoch) }
            // An epoch that is over takes no commit any more: there is nothing to remember.
            guard request.epoch == group.epoch,
                try !transaction.isVoid(request.hash.array, epoch: request.epoch, in: group.id)
            else { return VoidResponse(accepted: nil) }
            let count = try transaction.voidCount(epoch: request.epoch, by: account.id, in: group.id)
            guard count < settings.voidsPerEpoch else {
                throw APIError(
                    .quotaExceeded, "An account declares at most \(settings.voidsPerEpoch) commits of an epoch void.")
            }
            try transaction.insertVoid(request.hash.array, epoch: request.epoch, by: account.id, in: group.id)
            return VoidResponse(accepted: nil)
        }
    }

    private static func check(
        _ account: StoredAccount, posts epoch: UInt64, to group: StoredGroup, in transaction: any DeliveryTransaction
    ) throws {
        guard try transaction.isMember(account.id, of: group.id) else { throw APIError.noSuchGroup }
        guard epoch == group.epoch else { throw APIError.epochConflict(current: group.epoch) }
    }

    private static func append(
        _ proposal: Bytes, hash: [UInt8], to group: StoredGroup, at now: UInt64, limit: Int,
        in transaction: any DeliveryTransaction
    ) throws -> (PostResult, Set<UserID>) {
        var group = group
        group.sequence += 1
        let entry = LogEntry(
            sequence: group.sequence, kind: .proposal, epoch: group.epoch, hash: Bytes(hash), message: proposal,
            confirmation: nil, identityHistory: try transaction.newestIdentityHistory(), accepted: now)
        try transaction.updateGroup(group)
        try transaction.insertLogEntry(entry, in: group.id)
        var delivery = InboxDelivery(limit: limit)
        for member in try transaction.members(of: group.id) {
            delivery.add(.log(group.id, sequence: entry.sequence), for: member.user)
        }
        return (PostResult(entry, epoch: group.epoch), try delivery.deliver(in: transaction))
    }
}

extension PostResult {
    fileprivate init(_ commit: StoredCommit) {
        self.init(sequence: commit.sequence, epoch: commit.epoch + 1, identityHistory: commit.identityHistory)
    }

    init(_ entry: LogEntry, epoch: UInt64) {
        self.init(sequence: entry.sequence, epoch: epoch, identityHistory: entry.identityHistory)
    }
}

extension APIError {
    static func epochConflict(current: UInt64) -> APIError {
        APIError(
            .epochConflict, "The group is in another epoch: fetch what happened, then try again.",
            currentEpoch: current)
    }
}
