package import KeyHierarchy

/// Reserves generations of the application ratchet.
///
/// A block `[s, e)` is usable only if this very swap raised the anchor's count from at most `s` to `e`. Everything else,
/// a lost answer among it, drops the block and reads the reservation again.
package struct ReservationMachine: OperationMachine {
    package enum Action: Sendable, Equatable {
        case readCounts
        case writeCounts(GenerationCounts, ifRevision: UInt64)
        case readAnchor
        case swapAnchor(GroupAnchor, ifRevision: UInt64)
    }

    package enum Event: Sendable, Equatable {
        case counts(GenerationCounts, revision: UInt64)
        case written
        case conflict
        /// The higher one of the stored anchor and this device's copy, and the stored one's revision.
        case anchor(GroupAnchor?, revision: UInt64)
        case swapped
        case anchorConflict
    }

    package enum Output: Sendable, Equatable {
        case block(Range<UInt32>)
        /// The epoch's generations are used up: commit first.
        case exhausted
        /// The anchor knows a later epoch or head: read the head again; if it is still the same, the store was rolled
        /// back.
        case headMoved(GroupAnchor)
        /// The reservation object is older than the anchor, or the key store was found behind in this epoch.
        case rolledBack
    }

    private let count: UInt32
    private let epoch: UInt64
    private let headRevision: Revision
    private let incarnation: Incarnation
    private var block: Range<UInt32> = 0..<0
    private var anchor: GroupAnchor?
    private var anchorRevision: UInt64 = 0
    private var attempts = Attempts(31, orBusy: "Other devices of yours keep writing to this group.")

    /// - Parameters:
    ///   - count: how many generations; at least 1.
    ///   - incarnation: the key store's.
    package init(count: UInt32, epoch: UInt64, headRevision: Revision, incarnation: Incarnation) {
        self.count = max(1, count)
        self.epoch = epoch
        self.headRevision = headRevision
        self.incarnation = incarnation
    }

    /// The anchor comes first: every device raises the reservation before the anchor, so that one that is read later and
    /// is lower was rolled back.
    package mutating func start() -> Step<Action, Output> { .perform(.readAnchor) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch event {
        case .anchor(let anchor, let revision):
            self.anchor = anchor
            anchorRevision = revision
            return meetAnchor()
        case .counts(var counts, let revision):
            guard counts.application >= anchored.application else { return .finished(.rolledBack) }
            guard let reserved = counts.reserveApplication(count) else { return .finished(.exhausted) }
            block = reserved
            return .perform(.writeCounts(counts, ifRevision: revision))
        case .written:
            return swap()
        case .swapped:
            return .finished(.block(block))
        case .conflict:
            block = 0..<0
            return try again(.readAnchor)
        case .anchorConflict:
            return try again(.readAnchor)
        }
    }

    private mutating func meetAnchor() -> Step<Action, Output> {
        if let anchor, anchor.isAhead(ofEpoch: epoch, headRevision: headRevision) {
            return .finished(.headMoved(anchor))
        }
        guard anchor?.closes(epoch: epoch) != true else { return .finished(.rolledBack) }
        // A block that another one has passed meanwhile is dropped.
        guard !block.isEmpty, anchored.application <= block.lowerBound else {
            block = 0..<0
            return .perform(.readCounts)
        }
        return swap()
    }

    /// What the anchor says about this epoch.
    private var anchored: GenerationCounts {
        guard let anchor, anchor.epoch == epoch else { return GenerationCounts() }
        return GenerationCounts(
            application: anchor.applicationGenerations, handshake: anchor.handshakeGenerations)
    }

    /// Raises this ratchet's count alone: the other one's is raised by whoever uses it.
    private func swap() -> Step<Action, Output> {
        let next = GroupAnchor(
            incarnation: incarnation, headRevision: headRevision, epoch: epoch,
            applicationGenerations: block.upperBound, handshakeGenerations: anchored.handshake,
            commit: anchor?.epoch == epoch ? anchor?.commit : nil)
        return .perform(.swapAnchor(next, ifRevision: anchorRevision))
    }

    private mutating func again(_ action: Action) throws -> Step<Action, Output> {
        try attempts.count()
        return .perform(action)
    }
}

extension ReservationMachine.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readCounts
        case writeCounts
        case readAnchor
        case swapAnchor
    }

    package var kind: Kind {
        switch self {
        case .readCounts: .readCounts
        case .writeCounts: .writeCounts
        case .readAnchor: .readAnchor
        case .swapAnchor: .swapAnchor
        }
    }
}
