import CloudMLSAPI
import CloudMLSClient
import Crypto
import MLS
import MLSCodec

extension AuthDeliveryWorld {
    func registerGroup(_ registration: GroupRegistration, user: String) throws {
        guard owners[registration.account] == user else { throw Self.refusal(.notYourAccount) }
        if let group = groups[registration.groupID.array] {
            guard group.creator == registration.account, group.members.contains(registration.account) else {
                throw Self.refusal(.groupExists)
            }
            return
        }
        groups[registration.groupID.array] = Group(
            creator: registration.account, suite: registration.cipherSuite, members: [registration.account],
            spans: [registration.account: [(0, .max)]])
    }

    func info(_ id: [UInt8], user: String) throws -> GroupInfoRecord {
        guard let group = groups[id], group.members.contains(where: { owners[$0] == user }) else {
            throw Self.refusal(.notFound)
        }
        return GroupInfoRecord(
            groupID: Bytes(id), epoch: group.epoch, members: group.members.sorted(), stamp: group.stamp)
    }

    func groups(of user: String) -> [GroupList.Item] {
        groups.filter { $0.value.members.contains { owners[$0] == user } }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { id, group in
                GroupList.Item(
                    groupID: Bytes(id), epoch: group.epoch, sequence: UInt64(group.log.count),
                    rejoining: group.rejoining.isEmpty ? nil : group.rejoining.sorted())
            }
    }

    func requestRejoin(_ request: RejoinRequest, of id: [UInt8], user: String) throws {
        guard owners[request.account] == user else { throw Self.refusal(.notYourAccount) }
        guard groups[id]?.members.contains(request.account) == true else { throw Self.refusal(.notFound) }
        groups[id]?.rejoining.insert(request.account)
    }

    /// The KeyPackages that commits have added, by ref.
    var usedKeyPackages: Set<[UInt8]> {
        var used: Set<[UInt8]> = []
        for entry in groups.values.flatMap(\.log) where entry.kind == .commit {
            guard case .privateMessage(let message)? = try? MLSMessage(decoding: entry.message.array),
                let announcement = try? CommitAnnouncement(decoding: message.authenticatedData)
            else { continue }
            used.formUnion(announcement.added.map(\.keyPackageRef))
        }
        return used
    }

    func post(_ post: CommitPost, to id: [UInt8], user: String) throws -> PostResult {
        guard owners[post.account] == user else { throw Self.refusal(.notYourAccount) }
        note(posted: post.commit.array)
        guard var group = groups[id] else { throw Self.refusal(.notFound) }
        let hash = Array(SHA256.hash(data: post.commit.array))
        // The hash comes before the epoch, and before membership: a lost answer must be found again.
        if let result = group.results[Self.key(post.epoch, hash)] { return result }
        guard group.members.contains(post.account) else { throw Self.refusal(.notFound) }
        guard !group.voided.contains(Self.key(post.epoch, hash)) else { throw Self.refusal(.commitVoid) }
        if let commitRefusal { throw Self.refusal(commitRefusal) }
        guard post.epoch == group.epoch else {
            throw Self.refusal(.epochConflict, currentEpoch: group.epoch)
        }
        let announcement = try check(post, to: id, in: group)

        group.epoch += 1
        let entry = LogEntry(
            sequence: UInt64(group.log.count) + 1, kind: .commit, epoch: post.epoch, hash: Bytes(hash),
            message: post.commit, confirmation: post.confirmation, identityHistory: history, accepted: clock())
        group.log.append(entry)
        let result = PostResult(sequence: entry.sequence, epoch: group.epoch, identityHistory: history)
        group.results[Self.key(post.epoch, hash)] = result
        let receivers = group.members
        for account in announcement.removed {
            group.members.remove(account)
            group.rejoining.remove(account)
            if let last = group.spans[account]?.indices.last { group.spans[account]?[last].until = entry.sequence }
        }
        for member in announcement.added {
            group.members.insert(member.account)
            group.spans[member.account, default: []].append((entry.sequence, .max))
        }
        if group.members.count > 1, group.stamp == nil { group.stamp = entry.accepted }
        groups[id] = group
        for user in Set(receivers.compactMap { owners[$0] }) {
            deliver(InboxEntry(number: 0, groupID: Bytes(id), log: entry), to: user)
        }
        for member in announcement.added {
            guard let owner = owners[member.account], let welcome = post.welcome else { continue }
            let delivery = WelcomeDelivery(
                account: member.account, keyPackageRef: Bytes(member.keyPackageRef), sequence: entry.sequence,
                epoch: group.epoch, identityHistory: history, message: welcome)
            deliver(InboxEntry(number: 0, groupID: Bytes(id), welcome: delivery), to: owner)
        }
        return result
    }

    private func note(posted message: [UInt8]) {
        if !posted.contains(message) { posted.append(message) }
    }

    /// What the server can see of a commit must be what the request says.
    private func check(_ post: CommitPost, to id: [UInt8], in group: Group) throws -> CommitAnnouncement {
        guard case .privateMessage(let message) = try? MLSMessage(decoding: post.commit.array),
            message.contentType == .commit, message.groupID == id, message.epoch == post.epoch,
            let announcement = try? CommitAnnouncement(decoding: message.authenticatedData),
            announcement.removed.allSatisfy({ group.members.contains($0) && $0 != post.account })
        else { throw Self.refusal(.invalidHandshake) }
        for member in announcement.added {
            guard !group.members.contains(member.account) || announcement.removed.contains(member.account),
                keyPackages.contains(where: { $0.ref == member.keyPackageRef && $0.value.account == member.account })
            else { throw Self.refusal(.invalidHandshake) }
            guard
                keyPackages.contains(where: {
                    $0.ref == member.keyPackageRef && ($0.value.status != .withdrawn || $0.value.isLastResort)
                })
            else { throw Self.refusal(.invalidKeyPackage) }
        }
        guard announcement.added.isEmpty == (post.welcome == nil) else { throw Self.refusal(.invalidHandshake) }
        if let bytes = post.welcome {
            guard case .welcome(let welcome) = try? MLSMessage(decoding: bytes.array),
                Set(welcome.newMembers.map(\.bytes)) == Set(announcement.added.map(\.keyPackageRef))
            else { throw Self.refusal(.invalidHandshake) }
        }
        return announcement
    }

    func post(_ post: ProposalPost, to id: [UInt8], user: String) throws -> PostResult {
        guard owners[post.account] == user else { throw Self.refusal(.notYourAccount) }
        note(posted: post.proposal.array)
        guard var group = groups[id], group.members.contains(post.account) else { throw Self.refusal(.notFound) }
        let hash = Array(SHA256.hash(data: post.proposal.array))
        if let result = group.results[Self.key(post.epoch, hash)] { return result }
        guard post.epoch == group.epoch else {
            throw Self.refusal(.epochConflict, currentEpoch: group.epoch)
        }
        let entry = LogEntry(
            sequence: UInt64(group.log.count) + 1, kind: .proposal, epoch: post.epoch, hash: Bytes(hash),
            message: post.proposal, confirmation: nil, identityHistory: history, accepted: clock())
        group.log.append(entry)
        let result = PostResult(sequence: entry.sequence, epoch: group.epoch, identityHistory: history)
        group.results[Self.key(post.epoch, hash)] = result
        groups[id] = group
        for user in Set(group.members.compactMap { owners[$0] }) {
            deliver(InboxEntry(number: 0, groupID: Bytes(id), log: entry), to: user)
        }
        return result
    }

    func void(_ request: VoidRequest, in id: [UInt8], user: String) throws -> VoidResponse {
        guard owners[request.account] == user else { throw Self.refusal(.notYourAccount) }
        guard let group = groups[id] else { throw Self.refusal(.notFound) }
        let key = Self.key(request.epoch, request.hash.array)
        if let result = groups[id]?.results[key] { return VoidResponse(accepted: result) }
        guard group.members.contains(request.account) else { throw Self.refusal(.notFound) }
        groups[id]?.voided.insert(key)
        return VoidResponse(accepted: nil)
    }

    func log(_ id: [UInt8], after sequence: UInt64, limit: Int, user: String) throws -> LogPage {
        guard let group = groups[id] else { throw Self.refusal(.notFound) }
        let spans = group.spans.filter { owners[$0.key] == user }.flatMap(\.value)
        guard !spans.isEmpty else { throw Self.refusal(.notFound) }
        let entries = group.log.filter { entry in
            entry.sequence > sequence && spans.contains { entry.sequence > $0.after && entry.sequence <= $0.until }
        }
        return LogPage(entries: Array(entries.prefix(limit)), more: entries.count > limit)
    }

    /// Puts an entry into the log as it is, without a look at it: what a server that misbehaves can do.
    func forceEntry(
        _ kind: LogEntry.Kind, message: [UInt8], epoch: UInt64, confirmation: [UInt8]?, to id: [UInt8]
    ) {
        guard var group = groups[id] else { return }
        let entry = LogEntry(
            sequence: UInt64(group.log.count) + 1, kind: kind, epoch: epoch,
            hash: Bytes(Array(SHA256.hash(data: message))), message: Bytes(message),
            confirmation: confirmation.map { Bytes($0) }, identityHistory: history, accepted: clock())
        group.log.append(entry)
        groups[id] = group
        for user in Set(group.members.compactMap { owners[$0] }) {
            deliver(InboxEntry(number: 0, groupID: Bytes(id), log: entry), to: user)
        }
    }

    // Inboxes

    func deliver(_ entry: InboxEntry, to user: String) {
        var entry = entry
        entry.number = inboxNumbers[user, default: 0] + 1
        inboxNumbers[user] = entry.number
        inboxes[user, default: []].append(entry)
    }

    func inbox(of user: String, after number: UInt64, limit: Int) -> InboxPage {
        let entries = inboxes[user, default: []].filter { $0.number > number }
        return InboxPage(entries: Array(entries.prefix(limit)), more: entries.count > limit)
    }

    func acknowledge(_ number: UInt64, user: String) { inboxes[user]?.removeAll { $0.number <= number } }

    /// What a full inbox does: everything in it becomes one gap.
    func overflow(_ user: String) {
        inboxes[user] = []
        deliver(InboxEntry(number: 0, groupID: nil, gap: true), to: user)
    }

    static func key(_ epoch: UInt64, _ hash: [UInt8]) -> String { "\(epoch)/\(hash.hex)" }
}
