/// What a machine asks for, with a name that stays the same whatever it carries.
package protocol OperationAction: Sendable {
    associatedtype Kind: ActionKind

    var kind: Kind { get }
}

/// The names of a machine's actions. They hold no value that an action carries, so they may be written down anywhere.
package protocol ActionKind: CaseIterable, RawRepresentable<String>, Sendable {}
