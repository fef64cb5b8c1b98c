/// An operation that spans both servers, as a state machine without I/O: an event goes in, the next action comes out.
///
/// What a server refuses for a foreseeable reason is an event. What `start` and `handle` throw ends the run; so does a
/// network failure of the executor's, and the operation can be started again from what is stored.
package protocol OperationMachine<Output> {
    associatedtype Action: OperationAction
    associatedtype Event: Sendable
    associatedtype Output: Sendable

    mutating func start() throws -> Step<Action, Output>
    mutating func handle(_ event: Event) throws -> Step<Action, Output>
}

/// What a machine wants next.
package enum Step<Action: Sendable, Output: Sendable>: Sendable {
    case perform(Action)
    case finished(Output)
}
