/// An operation that spans both servers, as a state machine without I/O: an event goes in, the next action comes out.
///
/// What a server refuses for a foreseeable reason is an event. What `start` and `handle` throw ends the run; so does a
/// network failure of the executor's, and the operation can be started again from what is stored.
package protocol OperationMachine<Output> {
    associatedtype Action: Sendable
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

/// Drives a machine to its end: performs each action and feeds back what came of it.
package func run<Machine: OperationMachine>(
    _ machine: Machine, isolation: isolated (any Actor)? = #isolation,
    perform: (Machine.Action) async throws -> Machine.Event
) async throws -> Machine.Output {
    var machine = machine
    var step = try machine.start()
    while true {
        switch step {
        case .finished(let output):
            return output
        case .perform(let action):
            try Task.checkCancellation()
            step = try machine.handle(try await perform(action))
        }
    }
}
