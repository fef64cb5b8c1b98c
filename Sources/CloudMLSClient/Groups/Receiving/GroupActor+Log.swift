import CloudMLSAPI
import Crypto
import KeyHierarchy
import MLS
import MLSCodec

extension GroupActor {
    /// Processes a log entry that the inbox brought; what is missing before it is fetched from the log first.
    func deliverNow(_ entry: LogEntry) async throws -> DeliveryMachine.Output {
        let stored = try await load()
        if let position = stored.head?.position, position.incarnation == (await services.logIncarnation()),
            entry.sequence > position.sequence, entry.sequence - position.sequence > 1 || stored.isBehind(entry)
        {
            _ = try await catchUpNow()
        }
        return try await process(entry)
    }

    /// Processes everything in the group's log that is not processed yet.
    ///
    /// - Returns: what the key store has when the log is empty.
    func catchUpNow() async throws -> GroupSnapshot {
        var stored = try await load()
        while let head = stored.head, head.status != .removed {
            let isSameLog = head.position.incarnation == (await services.logIncarnation())
            let after = isSameLog ? head.position.sequence : 0
            let page: LogPage
            do {
                page = try await services.authDelivery.log(group: id.bytes, after: after, limit: 100).checked()
            } catch let error as ClientError where error.code == .refused(.notFound) {
                // Not registered yet, or removed for so long that the log is gone.
                return stored
            }
            guard !page.entries.isEmpty else { return stored }
            for entry in page.entries { _ = try await process(entry) }
            stored = try await load()
            guard page.more, stored.head?.position != head.position else { return stored }
        }
        return stored
    }

    /// What a log entry means for the group.
    private enum Effect {
        /// Nothing but that it was seen.
        case none
        case proposal(Group)
        case commit(StagedCommit)
        /// The commit of the intent in the head.
        case ownCommit
    }

    /// Processes one log entry, anew for as long as other devices write in between.
    func process(_ entry: LogEntry) async throws -> DeliveryMachine.Output {
        var attempts = attempts()
        while true {
            try attempts.count()
            let output = try await processOnce(entry)
            guard output == .overtaken else { return output }
        }
    }

    private func processOnce(_ entry: LogEntry) async throws -> DeliveryMachine.Output {
        let stored = try await load()
        let position = LogPosition(incarnation: await services.logIncarnation(), sequence: entry.sequence)
        var next = stored
        var effect = Effect.none
        return try await services.environment.run(DeliveryMachine()) { action in
            switch action {
            case .examine:
                try checkGap(before: entry, at: position, stored)
                let (event, found) = examine(entry, at: position, stored)
                effect = found
                return event
            case .checkIdentities(let accounts):
                guard case .commit(let staged) = effect else { return .identitiesChecked(objection: nil) }
                let check = IdentityCheck(
                    try await services.authDelivery.identities(of: accounts), suite: staged.merged.cipherSuite)
                let entering = staged.added + staged.updated
                for member in entering {
                    if let objection = check.objection(toEntering: member, at: entry.identityHistory) {
                        return .identitiesChecked(objection: objection)
                    }
                }
                pin(entering, in: &next)
                return .identitiesChecked(objection: nil)
            case .apply:
                if case .commit(let staged) = effect { noteConfirmation(of: staged, in: entry, at: position, &next) }
                return try await writing(since: stored, isCommit: entry.kind == .commit) {
                    try await apply(effect, at: position, to: &next, since: stored)
                }
            case .park(let reason):
                next = stored
                park(entry, at: position, reason, in: &next)
                return try await write(next, since: stored) ? .written : .overtaken
            case .raiseAnchor:
                let revision = stored.headRevision + (next.head == stored.head ? 0 : 1)
                let epoch = next.group?.epoch ?? 0
                _ = try await raiseAnchor(headRevision: revision, epoch: epoch, .progress)
                return .anchorRaised
            case .report(let outcome):
                if let account = stored.head?.account, next.head?.status != .removed {
                    try await report(outcome, epoch: entry.epoch, hash: entry.hash.array, as: account)
                }
                return .reported
            }
        }
    }

    /// An entry of a later epoch says nothing against the group: what leads there is missing, and may still come.
    private func checkGap(before entry: LogEntry, at position: LogPosition, _ stored: GroupSnapshot) throws {
        guard let head = stored.head, stored.isBehind(entry),
            head.position.incarnation != position.incarnation || entry.sequence > head.position.sequence
        else { return }
        throw ClientError(
            .groupReadOnly, "A part of the group's log is missing.",
            hint: "Synchronise again. If it stays, ask another member to remove \(head.account) and to add it again.")
    }

    private func examine(
        _ entry: LogEntry, at position: LogPosition, _ stored: GroupSnapshot
    ) -> (DeliveryMachine.Event, Effect) {
        let isCommit = entry.kind == .commit
        guard let head = stored.head, var group = stored.group, head.status != .removed else {
            return (.duplicate, .none)
        }
        let isSameLog = head.position.incarnation == position.incarnation
        guard !isSameLog || entry.sequence > head.position.sequence else { return (.duplicate, .none) }
        let nothing = DeliveryMachine.Event.examined(accounts: [], isCommit: false)
        guard head.status == .active, entry.epoch >= group.epoch else { return (nothing, .none) }
        guard Array(SHA256.hash(data: entry.message.array)) == entry.hash.array else {
            return (.unusable("the log names another hash than the message has", isCommit: isCommit), .none)
        }
        if isCommit, let intent = head.intent, intent.commit == entry.message.array {
            return (.examined(accounts: [], isCommit: true), .ownCommit)
        }
        do {
            let message = try MLSMessage(decoding: entry.message.array)
            guard message.wireFormat == .privateMessage else {
                throw MLSError(.unsupported, "handshake messages that are not encrypted")
            }
            switch try group.process(message) {
            case .proposal where !isCommit:
                return (nothing, .proposal(group))
            case .commit(let staged) where isCommit:
                // Nothing here starts a group over.
                guard staged.reInit == nil else { throw MLSError(.unsupported, "ReInit") }
                try checkAnnouncement(of: staged, in: group)
                try checkChat(of: staged, in: group)
                let accounts = Set((staged.added + staged.updated).compactMap(\.account)).sorted()
                return (.examined(accounts: accounts, isCommit: true), .commit(staged))
            default:
                throw MLSError(.malformed, "another kind of message than the log says")
            }
        } catch let error as MLSError where error.code == .ownMessage {
            return (.unusable("the keys that this account's own change leads to are lost", isCommit: isCommit), .none)
        } catch {
            return (.unusable("\(error)", isCommit: isCommit), .none)
        }
    }

    /// A commit must announce exactly what its proposals do, or the auth-delivery server would let in or keep out others
    /// than the group does.
    private func checkAnnouncement(of staged: StagedCommit, in group: Group) throws {
        let announced = try CommitAnnouncement(decoding: staged.authenticatedData)
        guard let actual = CommitAnnouncement(staged.proposals, in: group), announced.agrees(with: actual) else {
            throw AnnouncementMismatch()
        }
        let members = Set(staged.merged.members.compactMap(\.account))
        guard staged.removesOwnLeaf || members.count == staged.merged.members.count else {
            throw MLSError(.invalidCommit, "an account with two leaves, or a leaf without an account")
        }
    }

    /// A group stays the one for its chat, and all who join it have to know which that is (RFC 9420 §12.1.7 would let any
    /// member change both).
    func checkChat(of staged: StagedCommit, in group: Group) throws {
        guard ChatExtension(in: staged.merged.extensions) == ChatExtension(in: group.extensions) else {
            throw ChatChanged()
        }
    }

    private func apply(
        _ effect: Effect, at position: LogPosition, to next: inout GroupSnapshot, since stored: GroupSnapshot
    ) async throws -> Bool {
        var more: [SealedWrite] = []
        switch effect {
        case .none:
            next.head?.position = position
        case .proposal(let group):
            next.group = group
            next.head?.state = group.encodedState
            next.head?.position = position
        case .commit(let staged):
            if let intent = next.head?.intent {
                // Another commit holds the epoch: that is the proof that the intent's never will.
                next.head?.claims += intent.claims
                next.head?.intent = nil
            }
            next.enter(staged.merged, by: staged, at: position)
            if !staged.removesOwnLeaf { more.append(try await epochWrite(staged.merged)) }
        case .ownCommit:
            guard let intent = next.head?.intent else { return false }
            more = try await merge(intent, at: position, into: &next)
        }
        return try await write(next, since: stored, and: more)
    }

    /// What comes of writing what was delivered: what never can be written is parked, unless another device has written
    /// meanwhile, so that it may be about something that is past.
    func writing(
        since stored: GroupSnapshot, isCommit: Bool, _ write: () async throws -> Bool
    ) async throws -> DeliveryMachine.Event {
        do {
            return try await write() ? .written : .overtaken
        } catch let error as Unkeepable {
            guard try await load().headRevision == stored.headRevision else { return .overtaken }
            return .unusable(error.error.message, isCommit: isCommit)
        }
    }

    /// Enters the epoch that an own commit begins.
    ///
    /// - Returns: what else belongs into the batch.
    func merge(
        _ intent: CommitIntent, at position: LogPosition, into next: inout GroupSnapshot
    ) async throws -> [SealedWrite] {
        try position.checkNumber()
        let group = try GroupSnapshot.decode(intent.next)
        next.head?.intent = nil
        next.enter(group, at: position)
        pin(group.members, in: &next)
        return [try await epochWrite(group)]
    }

    private func park(_ entry: LogEntry, at position: LogPosition, _ reason: String, in next: inout GroupSnapshot) {
        next.head?.position = position
        if entry.kind == .commit {
            // The log never rolls back: what everybody else makes of this epoch is out of reach from here.
            next.closeUntilAddedAgain()
        }
        next.parked.park(
            ParkedMessages.Entry(
                kind: entry.kind == .commit ? .commit : .proposal, group: id, position: position,
                hash: entry.hash.array, reason: reason, time: services.environment.now()))
    }

    /// Notes where a poster's word about the next epoch is wrong. The commit counts all the same: MLS's own confirmation
    /// tag held, so all members who apply it agree with each other, and stopping here would only split them.
    private func noteConfirmation(
        of staged: StagedCommit, in entry: LogEntry, at position: LogPosition, _ next: inout GroupSnapshot
    ) {
        let group = staged.merged
        guard !staged.removesOwnLeaf, let confirmation = entry.confirmation,
            confirmation.array != group.provider.hash(group.epochAuthenticator.bytes)
        else { return }
        next.parked.park(
            ParkedMessages.Entry(
                kind: .commit, group: id, position: position, hash: entry.hash.array,
                reason: "applied, but its poster announced another epoch to the server than it leads to",
                time: services.environment.now()))
    }

    /// Remembers the identity keys of members.
    func pin(_ members: [Member], in next: inout GroupSnapshot) {
        let now = services.environment.now()
        for member in members {
            guard let account = member.account else { continue }
            _ = next.pins.see(member.signatureKey.bytes, of: account, at: now)
        }
    }

    /// Tells the server whether a commit could be applied. A server that does not want to know is no reason to stop.
    func report(
        _ outcome: CommitReport.Outcome, epoch: UInt64, hash: [UInt8], as account: AccountAddress
    ) async throws {
        do {
            try await services.authDelivery.reportCommit(
                group: id.bytes,
                CommitReport(account: account, epoch: epoch, hash: Bytes(hash), outcome: outcome))
        } catch let error as ClientError where error.lastingRefusal != nil {
            return
        }
    }
}

extension GroupSnapshot {
    /// Whether an entry is of an epoch that the group has yet to reach.
    fileprivate func isBehind(_ entry: LogEntry) -> Bool {
        guard let head, let group, head.status == .active else { return false }
        return entry.epoch > group.epoch
    }
}

/// A commit makes the group one for another chat, or one that joiners need not know the chat of.
package struct ChatChanged: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "the change would take the group away from its chat" }
}

/// A commit says in the open something else than it does.
package struct AnnouncementMismatch: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "the commit's announcement differs from its proposals" }
}
