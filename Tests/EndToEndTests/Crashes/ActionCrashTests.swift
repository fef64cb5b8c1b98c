import CloudMLSClient
import Foundation
import TestSupport
import Testing

/// The real command is killed just before and just after each action of its operations, as the machines themselves name
/// them; then the next command runs, and everything must hold (docs/consistency.md).
@Suite(.crashLanes, .timeLimit(.minutes(60)))
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

    /// Without `--every-point` the suite takes one point of that many, each day others.
    private static let share = 10

    /// Those of a scenario that are this suite's, in order.
    private static func points(of scenario: CrashScenario) async throws -> [String] {
        try await #require(CrashLanes.current).points(of: scenario).filter { !isElsewhere($0) }
    }

    @Test(arguments: scenarios)
    func itGoesOn(_ scenario: CrashScenario) async throws {
        let start = ContinuousClock.now
        let lanes = try #require(CrashLanes.current)
        let points = try await Self.points(of: scenario)
        let number = Self.scenarios.firstIndex { $0.name == scenario.name } ?? 0
        let part = Int(Date().timeIntervalSince1970) / 86_400 + number
        let chosen = points.enumerated().filter { Points.isEvery || ($0.offset + part) % Self.share == 0 }
        for (index, point) in chosen {
            do {
                // Of each point's two moments, before and after, every second time with a command that only synchronises.
                let syncing = !(index / 2).isMultiple(of: 2)
                let play = try await lanes.run {
                    try await scenario.play(in: $0, endingAt: point, syncing: syncing)
                }
                if !play.wasEnded { Issue.record("\(scenario.name) never came to \(point)") }
            } catch {
                Issue.record("\(scenario.name), \(point): \(error)")
            }
        }
        tell(
            "\(scenario.name): ended at \(chosen.count) of \(points.count) moments in \(ContinuousClock.now - start)")
    }

    /// Whatever can be a point of an operation is one that a scenario's command passes, but for what is ended elsewhere.
    @Test func everyActionOfEveryOperationIsPassed() async throws {
        var passed: Set<String> = []
        for scenario in Self.scenarios {
            passed.formUnion(
                try await Self.points(of: scenario).map { $0.split(separator: ":").dropLast().joined(separator: ":") })
        }
        let known = Set(OperationCatalogue.actions.values.joined())
        for action in Set(passed.compactMap { $0.split(separator: ":").first.map(String.init) }).subtracting(known) {
            Issue.record("\(action) is not in the catalogue")
        }
        let names = OperationCatalogue.actions.filter { !Self.elsewhere.contains($0.key) }
        let points = names.values.joined().flatMap { action in
            OperationPoint.Moment.allCases.map { OperationPoint(action: action, $0).name }
        }
        let never = Set(points).subtracting(passed).sorted()
        #expect(never.isEmpty, "never hit: \(never.joined(separator: ", "))")
        #expect(Self.elsewhere.isSubset(of: OperationCatalogue.actions.keys))
        tell(
            """
            ActionCrashTests: \(points.count) points in \(names.count) machines, \(points.count - never.count) of them passed by \
            \(Self.scenarios.count) commands
            """)
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
}

extension CrashScenario: CustomTestStringConvertible {
    var testDescription: String { name }
}
