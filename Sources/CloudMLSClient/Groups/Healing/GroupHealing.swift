package import KeyHierarchy

/// Brings a group on whose stored state is older than its anchor (docs/consistency.md, "A key store that went back
/// in time"): notes that durably, reads the log again from the head's position on, and leaves the last epoch that was
/// anchored by a commit, so that no generation of that epoch is used any more.
///
/// It can be ended anywhere and begun anew: the note in the anchor keeps the epoch closed until it is left.
package struct GroupHealing: OperationMachine {
    /// The intent in a group's head.
    package struct Intent: Sendable, Equatable {
        package var epoch: UInt64
        /// The handshake generation of its commit.
        package var generation: UInt32
        package var commit: CommitHash

        package init(epoch: UInt64, generation: UInt32, commit: CommitHash) {
            self.epoch = epoch
            self.generation = generation
            self.commit = commit
        }
    }

    /// What the key store has about the group.
    package struct Stored: Sendable, Equatable {
        package var epoch: UInt64
        package var headRevision: Revision
        package var status: GroupHead.Status
        package var intent: Intent?
        /// What is given away in the epoch that the machine asked about.
        package var counts: GenerationCounts

        package init(
            epoch: UInt64, headRevision: Revision, status: GroupHead.Status, intent: Intent? = nil,
            counts: GenerationCounts = GenerationCounts()
        ) {
            self.epoch = epoch
            self.headRevision = headRevision
            self.status = status
            self.intent = intent
            self.counts = counts
        }
    }

    package enum Action: Sendable, Equatable {
        case readAnchor
        /// Read the head, and the counts of this epoch in the same request.
        case readStored(epoch: UInt64)
        /// Note in the anchor that the key store is behind it.
        case mark(GroupAnchor, ifRevision: UInt64)
        /// Process what the log has after the head's position.
        case replay
        /// Post the intent in the head, and merge it.
        case resumeIntent
        /// Merge the intent in the head if the server accepted it; else have it declared void, and discard it.
        case giveUpIntent
        /// Raise the reservation object to at least these counts.
        case raiseCounts(GenerationCounts, epoch: UInt64)
        /// Commit in this epoch, with a path, whatever is proposed.
        case commit(epoch: UInt64)
        /// Ask the auth-delivery server in which epoch the group is.
        case askEpoch
        /// Close the group for writing until the account is added to it again, if it is still in this epoch.
        case close(epoch: UInt64)
    }

    package enum Event: Sendable, Equatable {
        /// The higher one of the stored anchor and this device's copy, and the stored one's revision.
        case anchor(GroupAnchor?, revision: UInt64)
        /// Nil where the key store does not know the group.
        case stored(Stored?)
        case marked
        case conflict
        case replayed
        /// It was merged or discarded, or the head has to be looked at again.
        case intentEnded
        case countsRaised
        /// It was accepted, or somebody else's was, or the head has to be looked at again.
        case committed
        /// Nil where the server does not know the group, or the account is no member for it.
        case serverEpoch(UInt64?)
        case closed
    }

    package enum Output: Sendable, Equatable {
        /// The key store has what was anchored, or does not have the group at all.
        case sound
        /// The group has left every epoch in which something may have been used twice.
        case healed
        /// What led to the group's newest epoch is lost, here or with the old part of the log: the account has to be
        /// removed and added again.
        case waiting
        /// The auth-delivery server does not have the group where it was, either.
        case behind
    }

    private enum State {
        case looking
        case marking
        case replaying
        case endingIntent
        case raising
        case committing
        case asking
        case closing
    }

    private let incarnation: Incarnation
    private var state = State.looking
    private var anchor: GroupAnchor?
    private var anchorRevision: UInt64 = 0
    private var isMarked = false
    private var isReplayed = false
    /// What the log led to.
    private var reached: UInt64 = 0
    private var attempts = Attempts(31, orBusy: "The group kept changing while it was brought on.")

    /// - Parameter incarnation: the key store's.
    package init(incarnation: Incarnation) { self.incarnation = incarnation }

    /// The anchor comes first: every device writes the head and the counts before the anchor, so that what is read later
    /// and is lower was rolled back.
    package func start() -> Step<Action, Output> { .perform(.readAnchor) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.looking, .anchor(let anchor, let revision)):
            self.anchor = anchor
            anchorRevision = revision
            return .perform(.readStored(epoch: anchor?.epoch ?? 0))
        case (.looking, .stored(let stored)):
            return meet(stored)
        case (.marking, .marked):
            isMarked = true
            return perform(.replay, .replaying)
        case (.marking, .conflict):
            return try lookAgain()
        case (.replaying, .replayed):
            isReplayed = true
            return try lookAgain()
        case (.raising, .countsRaised):
            return perform(.commit(epoch: anchor?.epoch ?? 0), .committing)
        case (.endingIntent, .intentEnded), (.committing, .committed), (.closing, .closed):
            return try lookAgain()
        case (.asking, .serverEpoch(let epoch)):
            // The log is kept for a time only. A server that is behind the anchor itself was brought back as well: there
            // is nothing to be added to again.
            guard let epoch, let anchor, epoch >= anchor.epoch else { return .finished(.behind) }
            return perform(.close(epoch: reached), .closing)
        default:
            throw ClientError(.internalFault, "Healing a group met an event that its step does not know.")
        }
    }

    private mutating func meet(_ stored: Stored?) -> Step<Action, Output> {
        guard let stored, stored.status != .removed, var anchor, isBehind(stored, anchor) else {
            return .finished(isMarked ? .healed : .sound)
        }
        guard isMarked else {
            anchor.isBehind = true
            anchor.incarnation = incarnation
            return perform(.mark(anchor, ifRevision: anchorRevision), .marking)
        }
        guard stored.status == .active else { return .finished(.waiting) }
        guard isReplayed else { return perform(.replay, .replaying) }
        guard stored.epoch == anchor.epoch else {
            reached = stored.epoch
            return perform(.askEpoch, .asking)
        }
        if let intent = stored.intent {
            // One that came back and that a later one followed is not posted again. The last one there was, or one that
            // another device made since, leads into the next epoch as well as a new one does.
            return perform(isUsable(intent, anchor) ? .resumeIntent : .giveUpIntent, .endingIntent)
        }
        // Whatever was used was anchored before. So what lies above the anchor was never used, whoever reserved it.
        let counts = GenerationCounts(
            application: anchor.applicationGenerations, handshake: anchor.handshakeGenerations)
        return perform(.raiseCounts(counts, epoch: anchor.epoch), .raising)
    }

    private func isBehind(_ stored: Stored, _ anchor: GroupAnchor) -> Bool {
        if anchor.closes(epoch: stored.epoch) { return true }
        if anchor.isAhead(ofEpoch: stored.epoch, headRevision: stored.headRevision) { return true }
        if let intent = stored.intent, !isUsable(intent, anchor) { return true }
        return anchor.epoch == stored.epoch
            && (stored.counts.application < anchor.applicationGenerations
                || stored.counts.handshake < anchor.handshakeGenerations)
    }

    /// Whether nothing but this very commit went out under its generation.
    private func isUsable(_ intent: Intent, _ anchor: GroupAnchor) -> Bool {
        anchor.epoch != intent.epoch || anchor.allows(intent.commit, under: intent.generation)
    }

    private mutating func lookAgain() throws -> Step<Action, Output> {
        try attempts.count()
        return perform(.readAnchor, .looking)
    }

    private mutating func perform(_ action: Action, _ next: State) -> Step<Action, Output> {
        state = next
        return .perform(action)
    }
}

extension GroupHealing.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readAnchor
        case readStored
        case mark
        case replay
        case resumeIntent
        case giveUpIntent
        case raiseCounts
        case commit
        case askEpoch
        case close
    }

    package var kind: Kind {
        switch self {
        case .readAnchor: .readAnchor
        case .readStored: .readStored
        case .mark: .mark
        case .replay: .replay
        case .resumeIntent: .resumeIntent
        case .giveUpIntent: .giveUpIntent
        case .raiseCounts: .raiseCounts
        case .commit: .commit
        case .askEpoch: .askEpoch
        case .close: .close
        }
    }
}
