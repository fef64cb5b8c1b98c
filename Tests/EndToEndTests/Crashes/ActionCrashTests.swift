import CloudMLSClient
import Foundation
import TestSupport
import Testing

/// The real command is killed just before and just after each action of its operations, as the machines themselves name
/// them; then the next command runs, and everything must hold (docs/consistency.md).
@Suite(.timeLimit(.minutes(60)))
struct ActionCrashTests {
    private static let scenarios = CrashScenario.accounts + CrashScenario.groups + CrashScenario.messages

    /// Machines and steps whose commands are ended elsewhere, at each of their requests.
    private static let elsewhere: Set<String> = [
        // They change nothing at either server but sessions; what is stored on the device are points of `SignInStep`.
        "ProfileSignIn", "StoreSignIn", "Login", "KeyLogin", "PasswordLogin",
        // RotationTests/killedAtEveryRequestItGoesOn
        "Rotation", "Reencryption",
        // The simulation ends it anywhere, after key stores that went back: SimulationTests/everythingHoldsInTheEnd
        "GroupHealing",
        // ServerDeathTests/move, FreshMachineTests/killedAtEveryRequestItCanBeRunAgain
        "MoveStep", "FollowStep", "CompletionStep",
    ]

    /// How often a command passes those may depend on what its people did before.
    private static func isElsewhere(_ point: String) -> Bool {
        point.split(separator: ".").first.map { elsewhere.contains(String($0)) } ?? false
    }

    private static let lanes = 4
    /// Without `--every-point` the suite takes one point of that many, each day others.
    private static let share = 10

    private struct Job: Sendable {
        var scenario: CrashScenario
        /// Nil lets the command run to its end, to see which points it passes.
        var point: String?
        var isSyncing = false
    }

    /// What was seen, and what is still to be done.
    private actor Record {
        private var passed: [(scenario: CrashScenario, points: [String])] = []
        private(set) var ended = 0
        private var rest: ArraySlice<Job> = []

        func passed(_ points: [String], by scenario: CrashScenario) { passed.append((scenario, points)) }
        func countEnd() { ended += 1 }
        func begin(_ jobs: [Job]) { rest = jobs[...] }
        func next() -> Job? { rest.popFirst() }

        /// Every point that a command passed, in an order that does not depend on which was first.
        var jobs: [Job] {
            passed.sorted { $0.scenario.name < $1.scenario.name }.flatMap { scenario, points in
                points.filter { !ActionCrashTests.isElsewhere($0) }.enumerated().map {
                    Job(scenario: scenario, point: $1, isSyncing: !($0 / 2).isMultiple(of: 2))
                }
            }
        }
    }

    @Test func everyActionOfEveryOperation() async throws {
        let start = ContinuousClock.now
        let lanes = try await Self.makeLanes()
        let record = Record()
        await record.begin(Self.scenarios.map { Job(scenario: $0) })
        await Self.work(on: lanes, record) { job, lane in
            await record.passed(try await job.scenario.play(in: lane).passed, by: job.scenario)
        }
        let all = await record.jobs
        let part = Int(Date().timeIntervalSince1970) / 86_400 % Self.share
        let chosen = all.enumerated().filter { Points.isEvery || $0.offset % Self.share == part }
        await record.begin(chosen.map(\.element))
        await Self.work(on: lanes, record) { job, lane in
            let point = job.point ?? ""
            let play = try await job.scenario.play(in: lane, endingAt: point, syncing: job.isSyncing)
            if play.wasEnded {
                await record.countEnd()
            } else {
                Issue.record("\(job.scenario.name) never came to \(point)")
            }
        }
        for lane in lanes { try await lane.world.stop() }

        let names = OperationCatalogue.actions.filter { !Self.elsewhere.contains($0.key) }
        let points = names.values.joined().flatMap { action in
            OperationPoint.Moment.allCases.map { OperationPoint(action: action, $0).name }
        }
        let passed = Set(all.compactMap { $0.point?.split(separator: ":").dropLast().joined(separator: ":") })
        let known = Set(OperationCatalogue.actions.values.joined())
        for action in Set(passed.compactMap { $0.split(separator: ":").first.map(String.init) }).subtracting(known) {
            Issue.record("\(action) is not in the catalogue")
        }
        let never = Set(points).subtracting(passed).sorted()
        #expect(never.isEmpty, "never hit: \(never.joined(separator: ", "))")
        #expect(Self.elsewhere.isSubset(of: OperationCatalogue.actions.keys))
        let ended = await record.ended
        let which = Points.isEvery ? "all" : "part \(part + 1) of \(Self.share)"
        tell(
            """
            ActionCrashTests: \(points.count) points in \(names.count) machines, \(points.count - never.count) of them passed by \
            \(Self.scenarios.count) commands at \(all.count) moments; \(ended) kills \
            (\(which)) in \(ContinuousClock.now - start)
            """)
        #expect(ended == chosen.count)
        #expect(ended > 0)
    }

    /// They are for tests: nobody is to meet them by chance.
    @Test func theOptionsThatStopACommandAreNotShown() async throws {
        let place = try TemporaryFolder()
        let device = Device(home: place.url, place: place)
        let help = try await device.succeeds("group", "list", "--help")
        #expect(help.contains("--json") && !help.contains("--pause-at") && !help.contains("--trace-points"))
        for point in ["CommitMachine.post:before", "CommitMachine.nothing:before:1", "CommitMachine.post:during:1"] {
            #expect(try await device.run("group", "list", "--pause-at", point).status == 64)
        }
    }

    private static func makeLanes() async throws -> [CrashLane] {
        try await withThrowingTaskGroup { tasks in
            for number in 0..<lanes { tasks.addTask { try await CrashLane(number: number) } }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
    }

    /// Gives each lane one job after the other. What a job throws is a fault of its own.
    private static func work(
        on lanes: [CrashLane], _ record: Record, _ work: @escaping @Sendable (Job, CrashLane) async throws -> Void
    ) async {
        await withTaskGroup { tasks in
            for lane in lanes {
                tasks.addTask {
                    while let job = await record.next() {
                        do {
                            try await work(job, lane)
                        } catch {
                            Issue.record("\(job.scenario.name), \(job.point ?? "not ended"): \(error)")
                        }
                    }
                }
            }
        }
    }
}
