import CloudMLSAPI
import ServerKit

/// Groups: who is in them, and their logs.
package struct GroupService: Sendable {
    let storage: any DeliveryStorage
    let clock: ServerClock
    let settings: DeliverySettings

    /// Registers a group at epoch 0; the same creator may repeat it.
    func register(_ registration: GroupRegistration, by user: UserID) async throws -> GroupInfoRecord {
        let groupID = registration.groupID.array
        guard (16...64).contains(groupID.count) else {
            throw APIError(.badRequest, "A group id has 16 to 64 random bytes.")
        }
        guard CipherSuiteRules.suites.contains(registration.cipherSuite) else {
            throw APIError(.badRequest, "The server delivers for cipher suites 1, 2 and 3.")
        }
        let now = clock.now
        return try await storage.write { transaction in
            let account = try transaction.account(registration.account, ownedBy: user)
            if let group = try transaction.group(groupID) {
                guard group.creator == account.id, group.cipherSuite == registration.cipherSuite,
                    try transaction.isMember(account.id, of: group.id)
                else {
                    throw APIError(.groupExists, "The group id is in use: choose another one at random.")
                }
                return try Self.record(group, in: transaction)
            }
            guard try transaction.groupCount(createdBy: account.id) < settings.groupsPerCreator else {
                throw APIError(.quotaExceeded, "An account creates at most \(settings.groupsPerCreator) groups.")
            }
            let group = try transaction.insertGroup(
                groupID, creator: account.id, cipherSuite: registration.cipherSuite, at: now)
            try transaction.insertMembership(of: account.id, in: group.id, from: 1)
            return try Self.record(group, in: transaction)
        }
    }

    /// A group in which the user has a member.
    func info(_ groupID: [UInt8], for user: UserID) async throws -> GroupInfoRecord {
        try await storage.read { transaction in
            guard let group = try transaction.group(groupID),
                try transaction.memberships(of: user, in: group.id).contains(where: { $0.to == nil })
            else { throw APIError.noSuchGroup }
            return try Self.record(group, in: transaction)
        }
    }

    /// The groups in which the user has a member, by group id.
    func list(of user: UserID, after groupID: [UInt8]) async throws -> GroupList {
        let limit = 1_000
        return try await storage.read { transaction in
            let groups = try transaction.groups(of: user, after: groupID, limit: limit + 1)
            return GroupList(
                groups: try groups.prefix(limit).map { group in
                    let rejoining = try transaction.rejoining(in: group.id)
                    return GroupList.Item(
                        groupID: Bytes(group.groupID), epoch: group.epoch, sequence: group.sequence,
                        rejoining: rejoining.isEmpty ? nil : rejoining)
                },
                more: groups.count > limit)
        }
    }

    /// Notes that a member cannot follow the group any more.
    func requestRejoin(_ request: RejoinRequest, of groupID: [UInt8], by user: UserID) async throws {
        let now = clock.now
        try await storage.write { transaction in
            let (group, account) = try transaction.group(groupID, of: request.account, ownedBy: user)
            guard try transaction.isMember(account.id, of: group.id) else { throw APIError.noSuchGroup }
            try transaction.requestRejoin(of: account.id, in: group.id, at: now)
        }
    }

    /// The log after an entry, as far as the user's accounts were members, the commits that removed them included.
    func log(_ groupID: [UInt8], for user: UserID, after sequence: UInt64, limit: Int) async throws -> LogPage {
        try await storage.read { transaction in
            guard let group = try transaction.group(groupID) else { throw APIError.noSuchGroup }
            let memberships = try transaction.memberships(of: user, in: group.id)
            guard !memberships.isEmpty else { throw APIError.noSuchGroup }
            var sequences: [UInt64] = []
            for span in Self.spans(memberships) where sequences.count <= limit {
                sequences += try transaction.logSequences(
                    in: group.id, after: max(sequence, span.lowerBound - 1), through: span.upperBound,
                    limit: limit + 1 - sequences.count)
            }
            var page = LogPage(entries: [], more: false)
            var size = 0
            for sequence in sequences {
                guard let entry = try transaction.logEntry(sequence, in: group.id) else { continue }
                size += entry.message.array.count
                guard page.entries.count < limit, page.entries.isEmpty || size <= settings.pageSize else {
                    page.more = true
                    break
                }
                page.entries.append(entry)
            }
            return page
        }
    }

    /// The spans in order, overlapping ones as one: two accounts of a user may be members at the same time.
    static func spans(_ memberships: [StoredMembership]) -> [ClosedRange<UInt64>] {
        var spans: [ClosedRange<UInt64>] = []
        for membership in memberships.sorted(by: { $0.from < $1.from }) {
            // A member who was removed before anything was said saw nothing.
            guard membership.from <= membership.to ?? .max else { continue }
            let span = membership.from...(membership.to ?? .max)
            if let last = spans.last, span.lowerBound <= last.upperBound {
                spans[spans.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
            } else {
                spans.append(span)
            }
        }
        return spans
    }

    private static func record(
        _ group: StoredGroup, in transaction: any DeliveryTransaction
    ) throws -> GroupInfoRecord {
        GroupInfoRecord(
            groupID: Bytes(group.groupID), epoch: group.epoch,
            members: try transaction.members(of: group.id).map(\.address), stamp: group.stamp)
    }
}

extension APIError {
    /// The same for a group that does not exist and one that is none of the user's business.
    static let noSuchGroup = APIError(.notFound, "There is no such group, or the account is not in it.")
}

extension DeliveryTransaction {
    /// A group and the user's account in it, which is a member now or was one; else 404.
    func group(
        _ groupID: [UInt8], of account: AccountAddress, ownedBy user: UserID
    ) throws -> (group: StoredGroup, account: StoredAccount) {
        let account = try self.account(account, ownedBy: user)
        guard let group = try group(groupID),
            try memberships(of: user, in: group.id).contains(where: { $0.account == account.id })
        else { throw APIError.noSuchGroup }
        return (group, account)
    }
}
