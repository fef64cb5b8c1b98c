/// A moment at which the process can end with a different state behind it: just before an action, or just after it took
/// effect.
package struct OperationPoint: Sendable, Hashable {
    package enum Moment: String, Sendable, CaseIterable {
        case before
        case after
    }

    /// The machine and the kind of action, such as `CommitMachine.post`, or a room's list of steps and one of them.
    package let action: String
    package let moment: Moment

    package init(action: String, _ moment: Moment) {
        self.action = action
        self.moment = moment
    }

    init<Machine: OperationMachine>(_ machine: Machine.Type, _ kind: Machine.Action.Kind, _ moment: Moment) {
        self.init(action: machine.name(of: kind), moment)
    }

    init(_ step: some OperationStep, _ moment: Moment) {
        self.init(action: step.name, moment)
    }

    /// Such as `CommitMachine.post:before`.
    package var name: String { "\(action):\(moment.rawValue)" }
}

extension OperationMachine {
    static func name(of kind: Action.Kind) -> String { "\(Self.self).\(kind.rawValue)" }

    /// The names of all its actions.
    static var actions: [String] { Action.Kind.allCases.map { name(of: $0) } }
}
