package import KeyHierarchy

/// Raises a group's anchor after the head was written and before the write is used.
package struct AnchorRaise: OperationMachine {
    /// Why the anchor is raised.
    package enum Purpose: Sendable, Equatable {
        /// An epoch or a position was written; another device may be further already.
        case progress
        /// Something was written that goes out under this handshake generation: a commit's intent, which any device may
        /// post again, or a proposal.
        case handshake(generation: UInt32, commit: CommitHash?)
    }

    package enum Action: Sendable, Equatable {
        case read
        case swap(GroupAnchor, ifRevision: UInt64)
    }

    package enum Event: Sendable, Equatable {
        /// The higher one of the stored anchor and this device's copy, and the stored one's revision.
        case anchor(GroupAnchor?, revision: UInt64)
        case swapped
        case conflict
    }

    package enum Output: Sendable, Equatable {
        case raised
        /// The anchor is ahead of what was written: read the head again; if it is still the same, the store was rolled
        /// back.
        case behind(GroupAnchor)
    }

    private let target: GroupAnchor
    private let purpose: Purpose
    private var attempts = Attempts(31, orBusy: "Other devices of yours keep writing to this group.")

    /// - Parameter target: its counts and its commit are ignored; they follow from the purpose.
    package init(target: GroupAnchor, purpose: Purpose) {
        self.target = target
        self.purpose = purpose
    }

    package func start() -> Step<Action, Output> { .perform(.read) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch event {
        case .anchor(let anchor, let revision):
            return meet(anchor, revision: revision)
        case .swapped:
            return .finished(.raised)
        case .conflict:
            try attempts.count()
            return .perform(.read)
        }
    }

    private func meet(_ anchor: GroupAnchor?, revision: UInt64) -> Step<Action, Output> {
        var next = target
        next.applicationGenerations = 0
        next.handshakeGenerations = 0
        next.commit = nil
        if case .handshake(let generation, let commit) = purpose {
            next.handshakeGenerations = generation + 1
            next.commit = commit
        }
        guard let anchor, anchor.epoch >= target.epoch else {
            return .perform(.swap(next, ifRevision: revision))
        }
        let isAhead = anchor.isAhead(ofEpoch: target.epoch, headRevision: target.headRevision)
        switch purpose {
        case .progress:
            // A later epoch or head of another device's is as good as ours.
            guard !isAhead else { return .finished(.raised) }
            next.handshakeGenerations = anchor.handshakeGenerations
            next.commit = anchor.commit
        case .handshake(let generation, let commit):
            guard !isAhead, anchor.allows(commit, under: generation) else { return .finished(.behind(anchor)) }
        }
        next.applicationGenerations = anchor.applicationGenerations
        next.isBehind = anchor.isBehind
        return next == anchor ? .finished(.raised) : .perform(.swap(next, ifRevision: revision))
    }
}

extension AnchorRaise.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case read
        case swap
    }

    package var kind: Kind {
        switch self {
        case .read: .read
        case .swap: .swap
        }
    }
}
