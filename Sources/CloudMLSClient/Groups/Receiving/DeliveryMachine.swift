package import CloudMLSAPI

/// Processes one entry of a group's log, or one Welcome: what it changes is
/// written in one batch, then the anchor is raised; the caller acknowledges afterwards.
package struct DeliveryMachine: OperationMachine {
    package enum Action: Sendable, Equatable {
        /// Run MLS on it, without effect.
        case examine
        /// Ask for the identity keys of these accounts and check the leaves against them.
        case checkIdentities([AccountAddress])
        /// Write all that follows from it.
        case apply
        /// Write only that it was seen, and why it had no effect.
        case park(String)
        case raiseAnchor
        /// Tell the server whether the commit could be applied.
        case report(CommitReport.Outcome)
    }

    package enum Event: Sendable, Equatable {
        case duplicate
        /// It can be applied if these accounts have the keys that their leaves show.
        case examined(accounts: [AccountAddress], isCommit: Bool)
        /// It will never be possible to apply it.
        case unusable(String, isCommit: Bool)
        /// Nil if all leaves are whose they say they are.
        case identitiesChecked(objection: String?)
        case written
        /// Another device wrote first.
        case overtaken
        case anchorRaised
        case reported
    }

    package enum Output: Sendable, Equatable {
        case applied
        case duplicate
        case parked(String)
        /// What is stored is not what it was: look again.
        case overtaken
    }

    private var objection: String?
    private var isCommit = false

    package init() {}

    package func start() -> Step<Action, Output> { .perform(.examine) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch event {
        case .duplicate:
            return .finished(.duplicate)
        case .examined(let accounts, let isCommit):
            self.isCommit = isCommit
            return .perform(accounts.isEmpty ? .apply : .checkIdentities(accounts))
        case .unusable(let reason, let isCommit):
            self.isCommit = isCommit
            return park(reason)
        case .identitiesChecked(let objection):
            return objection.map { park($0) } ?? .perform(.apply)
        case .written:
            return .perform(.raiseAnchor)
        case .overtaken:
            return .finished(.overtaken)
        case .anchorRaised:
            return isCommit ? .perform(.report(objection == nil ? .applied : .rejected)) : finish()
        case .reported:
            return finish()
        }
    }

    private mutating func park(_ reason: String) -> Step<Action, Output> {
        objection = reason
        return .perform(.park(reason))
    }

    private func finish() -> Step<Action, Output> { .finished(objection.map { .parked($0) } ?? .applied) }
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
