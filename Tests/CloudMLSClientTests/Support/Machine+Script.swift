import CloudMLSClient
import Testing

/// Feeds a machine its events one by one and collects what it asks for.
struct MachineScript<Machine: OperationMachine> where Machine.Action: Equatable, Machine.Output: Equatable {
    private(set) var machine: Machine
    private(set) var actions: [Machine.Action] = []
    private(set) var output: Machine.Output?

    init(_ machine: Machine, _ events: [Machine.Event]) throws {
        self.machine = machine
        var machine = machine
        try note(try machine.start())
        for event in events {
            try #require(output == nil, "an event after the end")
            try note(try machine.handle(event))
        }
        self.machine = machine
    }

    private mutating func note(_ step: Step<Machine.Action, Machine.Output>) throws {
        switch step {
        case .perform(let action): actions.append(action)
        case .finished(let value): output = value
        }
    }
}
