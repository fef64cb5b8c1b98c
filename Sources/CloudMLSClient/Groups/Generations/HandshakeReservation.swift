package import KeyHierarchy

/// Finds the handshake generation that comes next, for a commit or a proposal that is about to be written into the head.
///
/// Nothing is written here: the counts go in one batch with the head, and the anchor is raised after it. What is in the
/// head is posted again by any device, so a generation that the anchor knows as used must not get that far.
package struct HandshakeReservation: OperationMachine {
    package enum Action: Sendable, Equatable {
        case readAnchor
        case readCounts
    }

    package enum Event: Sendable, Equatable {
        /// The higher one of the stored anchor and this device's copy.
        case anchor(GroupAnchor?)
        case counts(GenerationCounts, revision: UInt64)
    }

    package enum Output: Sendable, Equatable {
        /// The generation, and the counts to write at the revision they were read at.
        case reserved(UInt32, GenerationCounts, ifRevision: UInt64)
        /// The epoch's generations are used up.
        case exhausted
        /// The anchor knows a later epoch or head: read the head again; if it is still the same, the store was rolled
        /// back.
        case headMoved(GroupAnchor)
        /// The reservation object is older than the anchor, or the key store was found behind in this epoch.
        case rolledBack
    }

    private let epoch: UInt64
    private let headRevision: Revision
    private let isHealing: Bool
    private var anchored: UInt32 = 0

    /// - Parameters:
    ///   - headRevision: of the head that was read before this begins.
    ///   - isHealing: whether it is for the commit that leaves an epoch in which the key store was found behind.
    package init(epoch: UInt64, headRevision: Revision, isHealing: Bool = false) {
        self.epoch = epoch
        self.headRevision = headRevision
        self.isHealing = isHealing
    }

    /// The anchor comes first: every device raises the reservation before the anchor, so that one that is read later and
    /// is lower was rolled back.
    package func start() -> Step<Action, Output> { .perform(.readAnchor) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch event {
        case .anchor(let anchor):
            if let anchor, anchor.isAhead(ofEpoch: epoch, headRevision: headRevision) {
                return .finished(.headMoved(anchor))
            }
            guard isHealing || anchor?.closes(epoch: epoch) != true else { return .finished(.rolledBack) }
            if let anchor, anchor.epoch == epoch { anchored = anchor.handshakeGenerations }
            return .perform(.readCounts)
        case .counts(var counts, let revision):
            guard counts.handshake >= anchored else { return .finished(.rolledBack) }
            guard let generation = counts.reserveHandshake() else { return .finished(.exhausted) }
            return .finished(.reserved(generation, counts, ifRevision: revision))
        }
    }
}

extension HandshakeReservation.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case readAnchor
        case readCounts
    }

    package var kind: Kind {
        switch self {
        case .readAnchor: .readAnchor
        case .readCounts: .readCounts
        }
    }
}
