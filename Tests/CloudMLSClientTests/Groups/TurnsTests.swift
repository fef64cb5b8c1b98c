import CloudMLSClient
import Testing

/// One operation at a time works on a group.
@Suite struct TurnsTests {
    private let actor: GroupActor
    private let log = Guarded<[Int]>([])

    init() throws {
        actor = GroupActor(id: GroupID([1]), services: try TestUser("alice", AuthDeliveryWorld()).services())
    }

    /// Takes the turn until the gate opens.
    private func hold(_ gate: Gate) async -> Task<Void, any Error> {
        let holder = Task { try await actor.exclusively { await gate.wait() } }
        await gate.isWaitedFor()
        return holder
    }

    /// Begins an operation that notes its number, and returns when it waits for its turn.
    private func queue(_ number: Int) async throws -> Task<Void, any Error> {
        let before = await actor.waitingCount
        let task = Task { try await actor.exclusively { log.withLock { $0.append(number) } } }
        try await until { await actor.waitingCount == before + 1 }
        return task
    }

    /// Waits for a condition that other tasks bring about.
    private func until(_ condition: () async -> Bool) async throws {
        for _ in 0..<1_000_000 {
            if await condition() { return }
            await Task.yield()
        }
        Issue.record("the condition never held")
    }

    @Test func operationsRunInTheOrderOfTheirArrival() async throws {
        let gate = Gate()
        let holder = await hold(gate)
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<100 { tasks.append(try await queue(number)) }
        await gate.open()
        // Those that arrive while turns are passed on queue up behind, and take nobody's turn.
        for number in 100..<200 {
            tasks.append(Task { try await actor.exclusively { log.withLock { $0.append(number) } } })
        }
        try await holder.value
        for task in tasks { try await task.value }
        #expect(log.withLock { Array($0.prefix(100)) } == Array(0..<100))
        #expect(Set(log.withLock { $0 }).count == 200)
    }

    @Test func oneRunsAtATime() async throws {
        let running = Guarded(0)
        let most = Guarded(0)
        let actor = actor
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await actor.exclusively {
                        let now = running.withLock { count in
                            count += 1
                            return count
                        }
                        most.withLock { $0 = max($0, now) }
                        for _ in 0..<10 { await Task.yield() }
                        running.withLock { $0 -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(most.withLock { $0 } == 1)
    }

    @Test(arguments: [0, 1, 2]) func whoIsCancelledLetsGo(which: Int) async throws {
        let gate = Gate()
        let holder = await hold(gate)
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<3 { tasks.append(try await queue(number)) }
        tasks[which].cancel()
        // The turn is still taken: it does not wait for it.
        await #expect(throws: CancellationError.self) { try await tasks[which].value }
        #expect(await actor.waitingCount == 2)
        await gate.open()
        try await holder.value
        for (number, task) in tasks.enumerated() where number != which { try await task.value }
        #expect(log.withLock { $0 } == [0, 1, 2].filter { $0 != which })
    }

    @Test func whoIsCancelledBeforeItArrivesDoesNotWait() async throws {
        let gate = Gate()
        let holder = await hold(gate)
        let actor = actor
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await actor.exclusively { () -> Void in Issue.record("it ran") }
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        await gate.open()
        try await holder.value
    }
}

/// Keeps those who wait until it is opened.
private actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var arrivals: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        guard !isOpen else { return }
        await withCheckedContinuation { continuation in
            waiting.append(continuation)
            for arrival in arrivals { arrival.resume() }
            arrivals = []
        }
    }

    /// Returns once somebody waits.
    func isWaitedFor() async {
        guard waiting.isEmpty else { return }
        await withCheckedContinuation { arrivals.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
