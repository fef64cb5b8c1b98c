package import KeyHierarchy

/// Reserves generations of the application ratchet (DESIGN §6, "send application messages" and "Rollback").
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
        /// The reservation object is older than the anchor.
        case rolledBack
    }

    private let count: UInt32
    private let epoch: UInt64
    private let headRevision: Revision
    private let incarnation: Incarnation
    private var block: Range<UInt32> = 0..<0
    /// What the reservation must have reached, because an anchor said so.
    private var floor: UInt32 = 0
    private var attempts = 0

    package static let maximumAttempts = 32

    /// - Parameters:
    ///   - count: how many generations; at least 1.
    ///   - incarnation: the key store's.
    package init(count: UInt32, epoch: UInt64, headRevision: Revision, incarnation: Incarnation) {
        self.count = max(1, count)
        self.epoch = epoch
        self.headRevision = headRevision
        self.incarnation = incarnation
    }

    package mutating func start() -> Step<Action, Output> { .perform(.readCounts) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch event {
        case .counts(var counts, let revision):
            guard counts.application >= floor else { return .finished(.rolledBack) }
            guard let reserved = counts.reserveApplication(count) else { return .finished(.exhausted) }
            block = reserved
            return .perform(.writeCounts(counts, ifRevision: revision))
        case .written:
            return .perform(.readAnchor)
        case .conflict:
            return try again(.readCounts)
        case .anchor(let anchor, let revision):
            return try meet(anchor, revision: revision)
        case .swapped:
            return .finished(.block(block))
        case .anchorConflict:
            return try again(.readAnchor)
        }
    }

    private mutating func meet(_ anchor: GroupAnchor?, revision: UInt64) throws -> Step<Action, Output> {
        var next = GroupAnchor(
            incarnation: incarnation, headRevision: headRevision, epoch: epoch,
            applicationGenerations: block.upperBound)
        if let anchor, anchor.epoch >= epoch {
            guard anchor.epoch == epoch, anchor.headRevision <= headRevision else {
                return .finished(.headMoved(anchor))
            }
            guard anchor.applicationGenerations <= block.lowerBound else {
                // Either another device was faster between our write and this read, or the store forgot what it had
                // given away: the reservation object tells which.
                floor = anchor.applicationGenerations
                return try again(.readCounts)
            }
            next.handshakeGenerations = anchor.handshakeGenerations
        }
        return .perform(.swapAnchor(next, ifRevision: revision))
    }

    private mutating func again(_ action: Action) throws -> Step<Action, Output> {
        attempts += 1
        guard attempts < Self.maximumAttempts else {
            throw ClientError(
                .busy, "Other devices of yours keep writing to this group.", hint: "Try again in a moment.")
        }
        return .perform(action)
    }
}
