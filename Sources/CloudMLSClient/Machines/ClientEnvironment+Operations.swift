extension ClientEnvironment {
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
                observer?(OperationPoint(Machine.self, action.kind, .before))
                let event = try await perform(action)
                observer?(OperationPoint(Machine.self, action.kind, .after))
                step = try machine.handle(event)
            }
        }
    }

    /// Does a step that no machine asks for.
    func perform<Result>(
        _ step: some OperationStep, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Result
    ) async throws -> Result {
        observer?(OperationPoint(step, .before))
        let result = try await work()
        observer?(OperationPoint(step, .after))
        return result
    }
}
