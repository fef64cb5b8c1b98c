import Testing

/// The lanes of a suite, which its tests take in turn, and what the commands of its scenarios pass where nothing ends them.
actor CrashLanes {
    /// Those of the suite that is running.
    @TaskLocal static var current: CrashLanes?

    /// Work that waits for requests most of the time: more lanes than the machine has cores.
    private static let most = 4

    private var made = 0
    private var idle: [CrashLane] = []
    private var all: [CrashLane] = []
    private var waiting: [CheckedContinuation<CrashLane, any Error>] = []
    private var rehearsals: [String: Task<[String], any Error>] = [:]

    /// Does something on a lane that nobody else uses meanwhile.
    func run<Value: Sendable>(_ body: @Sendable (CrashLane) async throws -> Value) async throws -> Value {
        let lane = try await take()
        defer { giveBack(lane) }
        return try await body(lane)
    }

    /// The points that a scenario's command passes to its end, in order. It is played once, whoever asks.
    func points(of scenario: CrashScenario) async throws -> [String] {
        let rehearsal =
            rehearsals[scenario.name]
            ?? Task { try await self.run { try await scenario.play(in: $0).passed } }
        rehearsals[scenario.name] = rehearsal
        return try await rehearsal.value
    }

    func stop() async throws {
        for lane in all { try await lane.world.stop() }
    }

    private func take() async throws -> CrashLane {
        if let lane = idle.popLast() { return lane }
        guard made < Self.most else { return try await withCheckedThrowingContinuation { waiting.append($0) } }
        made += 1
        do {
            let lane = try await CrashLane(number: made)
            all.append(lane)
            return lane
        } catch {
            made -= 1
            for waiter in waiting { waiter.resume(throwing: error) }
            waiting = []
            throw error
        }
    }

    private func giveBack(_ lane: CrashLane) {
        if waiting.isEmpty { idle.append(lane) } else { waiting.removeFirst().resume(returning: lane) }
    }
}

/// Gives the tests of a suite lanes in common, and stops their servers when the last one has ended.
struct CrashLanesTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let lanes = CrashLanes()
        let result: Result<Void, any Error>
        do {
            result = .success(try await CrashLanes.$current.withValue(lanes) { try await function() })
        } catch {
            result = .failure(error)
        }
        try await lanes.stop()
        try result.get()
    }
}

extension Trait where Self == CrashLanesTrait {
    static var crashLanes: Self { Self() }
}
