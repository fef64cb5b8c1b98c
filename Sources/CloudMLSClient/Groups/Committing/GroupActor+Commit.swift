import CloudMLSAPI
import KeyHierarchy
import MLS
import MLSCodec

extension GroupActor {
    /// Makes commits until the change holds. What holds already is not done again.
    ///
    /// - Parameters:
    ///   - epoch: the only epoch in which it is done; nil for whichever comes.
    ///   - isHealing: whether it is to leave an epoch in which the key store was found behind.
    /// - Returns: whether a commit was needed, and was made.
    @discardableResult
    func changeNow(
        _ change: GroupChange, onlyIn epoch: UInt64? = nil, isHealing: Bool = false
    ) async throws -> Bool {
        var refusals = 0
        var isWithPending = true
        var attempts = attempts()
        while true {
            try attempts.count()
            let stored = try await catchUpNow()
            guard stored.head?.intent == nil else {
                _ = try await resumeNow()
                continue
            }
            guard epoch == nil || stored.group?.epoch == epoch else { return false }
            let staged: (GroupSnapshot, CommitIntent)?
            do {
                staged = try await stage(change, from: stored, isWithPending: isWithPending)
            } catch  where isWithPending && stored.group?.pendingProposals.isEmpty == false && !Self.isOfServer(error) {
                // Somebody's proposal stands in the way: RFC 9420 §12.4 lets a committer leave it out.
                isWithPending = false
                continue
            }
            guard let (next, intent) = staged else { return false }
            switch try await carry(intent, next, since: stored, .new, isHealing: isHealing) {
            case .merged:
                return true
            case .lost, .overtaken:
                continue
            case .refused(let code):
                // A KeyPackage may have expired on the way: the next try claims others, and leaves out what others
                // propose.
                isWithPending = false
                refusals += 1
                guard refusals < (change.readmit.isEmpty ? 3 : 1) else {
                    throw ClientError(
                        refusal: ErrorBody.Detail(code: code, message: "it does not accept this change."))
                }
            }
        }
    }

    /// Whether an error says something about a server rather than about what was asked for.
    private static func isOfServer(_ error: any Error) -> Bool {
        guard let error = error as? ClientError else { return false }
        return ![.identityKeyChanged, .invalidArgument].contains(error.code)
    }

    /// Carries on with the intent in the head, if there is one.
    ///
    /// - Returns: false if the head has to be looked at again.
    func resumeNow() async throws -> Bool {
        let stored = try await load()
        guard let intent = stored.head?.intent else { return true }
        return try await carry(intent, stored, since: stored, .resuming) == .merged
    }

    /// Drives a commit from its intent to its end.
    ///
    /// - Parameter next: the snapshot with the intent in its head.
    func carry(
        _ intent: CommitIntent, _ next: GroupSnapshot, since stored: GroupSnapshot, _ entry: CommitMachine.Entry,
        isHealing: Bool = false
    ) async throws -> CommitMachine.Output {
        guard let account = next.head?.account else { throw busy() }
        let hash = intent.hash.bytes
        let machine = CommitMachine(purpose: intent.purpose, entry)
        return try await services.environment.run(machine) { action in
            switch action {
            case .persist:
                guard
                    let reservation = try await reserveHandshake(
                        epoch: intent.epoch, stored, isHealing: isHealing),
                    reservation.generation == intent.generation,
                    try await write(next, since: stored, and: [reservation.write])
                else { return .overtaken }
                return .persisted
            case .raiseAnchor:
                let resuming = entry != .new
                let isRaised = try await raiseAnchor(
                    headRevision: stored.headRevision + (resuming ? 0 : 1), epoch: intent.epoch,
                    .handshake(generation: intent.generation, commit: intent.hash))
                return isRaised ? .anchorRaised : .overtaken
            case .register:
                return try await refusable {
                    try await AccountService(services: services).registering(account) {
                        try await services.authDelivery.registerGroup(
                            GroupRegistration(
                                groupID: Bytes(id.bytes), account: account,
                                cipherSuite: next.group?.cipherSuite.rawValue ?? 0))
                    }
                    return .registered
                }
            case .post:
                let post = CommitPost(
                    account: account, epoch: intent.epoch, commit: Bytes(intent.commit),
                    welcome: intent.welcome.map { Bytes($0) }, confirmation: Bytes(intent.confirmation))
                return try await refusable {
                    .accepted(try await services.authDelivery.postCommit(group: id.bytes, post))
                }
            case .catchUp:
                return .caughtUp(intentGone: try await catchUpNow().head?.intent != intent)
            case .void:
                let request = VoidRequest(account: account, epoch: intent.epoch, hash: Bytes(hash))
                do {
                    let answer = try await services.authDelivery.voidCommit(group: id.bytes, request)
                    return answer.accepted.map { .accepted($0) } ?? .voided
                } catch let error as ClientError {
                    // Only these say that the account is no member, which no later try changes.
                    switch error.code {
                    case .refused(.notFound): return .refused(.notFound)
                    case .refused(.notYourAccount): return .refused(.notYourAccount)
                    default: throw error
                    }
                }
            case .abandon:
                return try await abandon(intent)
            case .merge(let result):
                return try await mergeAccepted(intent, result)
            case .discard(let keepingClaims):
                return try await discard(intent, keepingClaims: keepingClaims)
            case .announce:
                let snapshot = try await load()
                _ = try await raiseAnchor(
                    headRevision: snapshot.headRevision, epoch: snapshot.group?.epoch ?? 0, .progress)
                try await report(.applied, epoch: intent.epoch, hash: hash, as: account)
                return .announced
            }
        }
    }

    /// What the server refuses for good is an event; the rest is thrown.
    private func refusable(_ request: () async throws -> CommitMachine.Event) async throws -> CommitMachine.Event {
        do {
            return try await request()
        } catch let error as ClientError {
            guard let code = error.lastingRefusal else { throw error }
            return .refused(code)
        }
    }

    private func mergeAccepted(_ intent: CommitIntent, _ result: PostResult) async throws -> CommitMachine.Event {
        let stored = try await load()
        guard let head = stored.head, head.intent == intent else { return .overtaken }
        // What comes before the commit in the log is of the epoch that it ends; a position beyond it is enough.
        let position = LogPosition(incarnation: await services.logIncarnation(), sequence: result.sequence)
        var next = stored
        let more = try await merge(intent, at: position, into: &next)
        return try await write(next, since: stored, and: more) ? .merged : .overtaken
    }

    /// Nothing can be posted to this group any more: it is kept for reading, and stops being tried.
    private func abandon(_ intent: CommitIntent) async throws -> CommitMachine.Event {
        let stored = try await load()
        guard stored.head?.intent == intent else { return .overtaken }
        var next = stored
        next.head?.intent = nil
        next.head?.claims += intent.claims
        next.head?.status = .removed
        next.setIndexStatus(.removed)
        return try await write(next, since: stored) ? .abandoned : .overtaken
    }

    private func discard(_ intent: CommitIntent, keepingClaims: Bool) async throws -> CommitMachine.Event {
        let stored = try await load()
        guard stored.head?.intent == intent else { return .overtaken }
        var next = stored
        next.head?.intent = nil
        if keepingClaims { next.head?.claims += intent.claims }
        if intent.purpose == .create {
            next.head = nil
            next.group = nil
            next.index.groups.removeAll { $0.id == id }
        }
        return try await write(next, since: stored) ? .discarded : .overtaken
    }
}
