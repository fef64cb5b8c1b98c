// One kind for each action: the switches are exhaustive, so that an action without a kind does not compile.

extension CommitMachine.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case persist
        case raiseAnchor
        case register
        case post
        case catchUp
        case void
        case abandon
        case merge
        case discard
        case announce
    }

    package var kind: Kind {
        switch self {
        case .persist: .persist
        case .raiseAnchor: .raiseAnchor
        case .register: .register
        case .post: .post
        case .catchUp: .catchUp
        case .void: .void
        case .abandon: .abandon
        case .merge: .merge
        case .discard: .discard
        case .announce: .announce
        }
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

extension DeliveryMachine.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case examine
        case checkIdentities
        case apply
        case park
        case raiseAnchor
        case report
    }

    package var kind: Kind {
        switch self {
        case .examine: .examine
        case .checkIdentities: .checkIdentities
        case .apply: .apply
        case .park: .park
        case .raiseAnchor: .raiseAnchor
        case .report: .report
        }
    }
}

extension InboxMachine.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case fetch
        case process
        case acknowledge
    }

    package var kind: Kind {
        switch self {
        case .fetch: .fetch
        case .process: .process
        case .acknowledge: .acknowledge
        }
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
