/// The names of an operation's steps that no machine asks for: the operation has no other choice, or the step comes before
/// or after a machine. Each room has a list of its own; its type's name stands where a machine's does.
package protocol OperationStep: ActionKind {}

extension OperationStep {
    /// Such as `SignInStep.saveSession`.
    package var name: String { "\(Self.self).\(rawValue)" }

    /// The names of all of them.
    static var actions: [String] { allCases.map(\.name) }
}
