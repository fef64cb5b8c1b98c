package import CloudMLSAPI

/// Adds a platform account: private keys and settings into the key store first, then account
/// and public keys at the auth-delivery server. KeyPackages come after.
package struct AccountAddition: OperationMachine {
    package enum Action: Sendable, Equatable {
        case read
        /// Write keys and index in one batch; the executor makes the keys where there are none.
        case write
        case register
        /// Take the account off the index again.
        case withdraw
    }

    package enum Event: Sendable, Equatable {
        /// Whether the key store has the account with these settings, and whether it was registered before, with any.
        case found(isListed: Bool, wasRegistered: Bool)
        case written
        case conflict
        case registered
        case refused(ErrorCode)
        case withdrawn
    }

    package enum Output: Sendable, Equatable {
        case added
        /// The server does not let this user have the account.
        case refused(ErrorCode)
    }

    private var refusal: ErrorCode?
    private var wasRegistered = false
    private var attempts = Attempts(15, orBusy: "Other devices of yours keep changing the list of accounts.")

    package init() {}

    package func start() -> Step<Action, Output> { .perform(.read) }

    package mutating func handle(_ event: Event) throws -> Step<Action, Output> {
        switch event {
        case .found(let isListed, let wasRegistered):
            if refusal != nil { return .perform(.withdraw) }
            self.wasRegistered = wasRegistered
            return .perform(isListed ? .register : .write)
        case .written:
            return .perform(.register)
        case .conflict:
            try attempts.count()
            return .perform(.read)
        case .registered:
            return .finished(.added)
        case .refused(let code):
            // An account in use keeps its place: groups of it need its keys.
            guard !wasRegistered else { return .finished(.refused(code)) }
            refusal = code
            return .perform(.withdraw)
        case .withdrawn:
            return .finished(.refused(refusal ?? .accountTaken))
        }
    }
}

extension AccountAddition.Action: OperationAction {
    package enum Kind: String, ActionKind {
        case read
        case write
        case register
        case withdraw
    }

    package var kind: Kind {
        switch self {
        case .read: .read
        case .write: .write
        case .register: .register
        case .withdraw: .withdraw
        }
    }
}
