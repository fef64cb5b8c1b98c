package import CloudMLSAPI

/// Brings one commit from its intent to its end. Creating a group is the same with a
/// registration in front.
///
/// The intent is durable before anything is posted, so the machine can be entered again at `resuming` by any device. It
/// ends in a merge, in proof that another commit holds the epoch, or in the server's promise never to accept this one.
package struct CommitMachine: OperationMachine {
    package enum Action: Sendable, Equatable {
        /// Write head and reservation in one batch.
        case persist
        /// Raise the group's anchor to the intent, before it is posted.
        case raiseAnchor
        case register
        case post
        /// Process the group's log: another commit won, or the server knows an older epoch.
        case catchUp
        case void
        /// Take the intent out of the head of a group that the account is no longer in.
        case abandon
        /// Write the next epoch: head, epoch record and roster.
        case merge(PostResult)
        /// Take the intent out of the head; its generation is not given back. What it claimed is kept for the next one,
        /// unless that may be what was refused.
        case discard(keepingClaims: Bool)
        /// Raise the anchor to the new epoch and tell the server that the commit could be applied.
        case announce
    }

    package enum Event: Sendable, Equatable {
        case persisted
        /// Another device wrote the head first.
        case overtaken
        case anchorRaised
        case registered
        case accepted(PostResult)
        case refused(ErrorCode)
        /// Whether the log held the commit that won, so that the intent is gone.
        case caughtUp(intentGone: Bool)
        case voided
        case merged
        case discarded
        case abandoned
        case announced
    }

    package enum Output: Sendable, Equatable {
        case merged
        /// Another commit holds the epoch, or the account is no longer a member: look at the group again.
        case lost
        /// The head is not what it was: look again.
        case overtaken
        /// The server refuses this commit for good.
        case refused(ErrorCode)
    }

    private enum State {
        case idle
        case persisting
        case raising
        case registering
        case posting
        case catchingUp
        case voiding
        case abandoning
        case merging
        case discarding
        case announcing
        case done
    }

    /// How the machine is entered.
    package enum Entry: Sendable {
        /// The intent was just made.
        case new
        /// The intent stands in the head already.
        case resuming
        /// The intent stands in the head, and is not to be posted any more.
        case givingUp
    }

    private let purpose: CommitIntent.Purpose
    private let entry: Entry
    private var state = State.idle
    private var refusal = ErrorCode.commitVoid

    package init(purpose: CommitIntent.Purpose, _ entry: Entry) {
        self.purpose = purpose
        self.entry = entry
    }

    package mutating func start() -> Step<Action, Output> {
        switch entry {
        case .new: perform(.persist, .persisting)
        case .resuming: perform(.raiseAnchor, .raising)
        case .givingUp: perform(.void, .voiding)
        }
    }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch (state, event) {
        case (.persisting, .persisted):
            return perform(.raiseAnchor, .raising)
        case (.raising, .anchorRaised):
            return purpose == .create ? perform(.register, .registering) : perform(.post, .posting)
        case (.registering, .registered):
            return perform(.post, .posting)
        case (.registering, .refused(let code)):
            refusal = code
            // A run before this one may have registered the group and got its commit accepted: the server refuses to
            // register it again where the creator was removed since. Only the answer to the commit is proof.
            return entry == .resuming ? perform(.post, .posting) : discard()
        case (.posting, .accepted(let result)), (.voiding, .accepted(let result)):
            return perform(.merge(result), .merging)
        case (.posting, .refused(let code)) where [.epochConflict, .notFound, .notYourAccount].contains(code):
            // Another commit won, or removed this very account: the log has it.
            refusal = code
            return perform(.catchUp, .catchingUp)
        case (.posting, .refused(.commitVoid)):
            refusal = .commitVoid
            return discard()
        case (.posting, .refused(let code)):
            refusal = code
            return perform(.void, .voiding)
        case (.catchingUp, .caughtUp(true)):
            return finish(.lost)
        case (.catchingUp, .caughtUp(false)):
            return perform(.void, .voiding)
        case (.voiding, .voided):
            return discard()
        case (.voiding, .refused(.notFound)) where purpose == .create:
            // The server looks for an accepted commit before it looks at membership: this one never was accepted, and
            // the id is another group's.
            return discard()
        case (.voiding, .refused):
            return perform(.abandon, .abandoning)
        case (.abandoning, .abandoned):
            return finish(.lost)
        case (.merging, .merged):
            return perform(.announce, .announcing)
        case (.discarding, .discarded):
            return finish(.refused(refusal))
        case (.announcing, .announced):
            return finish(.merged)
        case (.persisting, .overtaken), (.raising, .overtaken), (.merging, .overtaken), (.discarding, .overtaken),
            (.abandoning, .overtaken):
            return finish(.overtaken)
        default:
            throw ClientError(.internalFault, "A commit met an event that its step does not know.")
        }
    }

    private mutating func discard() -> Step<Action, Output> {
        // These two codes are about what was posted: one of the KeyPackages may be at fault.
        let isAboutContent = refusal == .invalidHandshake || refusal == .invalidKeyPackage
        return perform(.discard(keepingClaims: !isAboutContent), .discarding)
    }

    private mutating func perform(_ action: Action, _ next: State) -> Step<Action, Output> {
        state = next
        return .perform(action)
    }

    private mutating func finish(_ output: Output) -> Step<Action, Output> {
        state = .done
        return .finished(output)
    }
}

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
