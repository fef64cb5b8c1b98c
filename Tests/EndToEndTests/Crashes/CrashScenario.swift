import Foundation
import Testing

/// A command that is ended at each of its points in turn, and what must hold after the next one.
struct CrashScenario: Sendable {
    struct Command: Sendable {
        var person: Person
        var arguments: [String]
        var input: String

        init(_ person: Person, _ arguments: [String], input: String = "") {
            self.person = person
            self.arguments = arguments
            self.input = input
        }
    }

    typealias Work = @Sendable (CrashScene) async throws -> Void
    typealias Change = @Sendable (inout CrashScene) async throws -> Void

    let name: String
    /// Brings about what the command begins with.
    var prepare: Change = { _ in }
    var command: @Sendable (CrashScene) throws -> Command
    /// With what it ends where nothing ends it, and where it is run again.
    var statuses: Set<Int32> = [0]
    /// What others do while it is stopped at a point.
    var meanwhile: [String: Work] = [:]
    /// What is run after the end; the same command otherwise.
    var again: Work?
    /// The text that it sends, and who must be shown it where it was sent.
    var sends: (text: String, readers: @Sendable (CrashScene) -> [Person])?
    /// Whether it shows messages.
    var shows = false
    var check: Change

    struct Play: Sendable {
        /// The points that the command passed, such as `CommitMachine.post:before:1`, in order.
        var passed: [String]
        var wasEnded: Bool
    }

    /// - Parameters:
    ///   - point: where to end the command; nil lets it run.
    ///   - syncing: whether the next command is one that only synchronises.
    func play(in lane: CrashLane, endingAt point: String? = nil, syncing: Bool = false) async throws -> Play {
        var scene = try await lane.scene("\(name), \(point ?? "not ended")")
        try await prepare(&scene)
        let command = try command(scene)
        let (outcome, play) = try await scene.run(command, meanwhile: meanwhile, endingAt: point)
        if let sends, play.passed.contains("ConversationStep.handOver:after:1") {
            scene.texts.sent(sends.text, to: sends.readers(scene))
        }
        // What was shown and not noted as shown is shown again: the other order could lose it.
        if shows, play.passed.last != "ConversationStep.markRead:before:1" {
            try scene.texts.shown(outcome.output, to: command.person)
        }
        if play.wasEnded {
            scene.expect(outcome.status == 128 + SIGKILL, "it was not killed: \(outcome)")
            if syncing {
                let outcome = try await command.person.device.run("group", "list")
                // Who has not come to the end of signing up is not signed in.
                scene.expect([0, 77].contains(outcome.status), "synchronising: \(outcome)")
            }
            try await next(command, in: scene)
        } else {
            scene.expect(statuses.contains(outcome.status), "\(outcome)")
        }
        try await check(&scene)
        return play
    }

    private func next(_ command: Command, in scene: CrashScene) async throws {
        if let again { return try await again(scene) }
        if shows { return try await scene.read(command.person) }
        let outcome = try await command.person.device.run(command.arguments, input: command.input)
        scene.expect(statuses.contains(outcome.status), "again: \(outcome)")
    }
}

extension CrashScene {
    /// Runs a command that stops where something happens meanwhile, and may be ended at a point.
    func run(
        _ command: CrashScenario.Command, meanwhile: [String: CrashScenario.Work] = [:], endingAt point: String?
    ) async throws -> (ChildProcess.Outcome, CrashScenario.Play) {
        let trace = world.place.url.appending(path: "points-\(UUID().uuidString)")
        let pauses = meanwhile.keys.filter { $0 != point } + (point.map { [$0] } ?? [])
        let process = try ChildProcess(
            Executables.url(Executables.cloudmls),
            command.arguments + ["--trace-points", trace.path] + pauses.flatMap { ["--pause-at", $0] },
            environment: command.person.device.environment, input: Data(command.input.utf8),
            folder: world.place.url, name: "ended")
        var count = 0
        var wasEnded = false
        while let pause = try await process.nextPause(after: count) {
            count += 1
            if pause == point {
                process.signal(SIGKILL)
                wasEnded = true
                break
            }
            try await meanwhile[pause]?(self)
            process.signal(SIGCONT)
        }
        let outcome = try await process.outcome()
        let passed = (try? process.text(trace))?.split(separator: "\n").map(String.init) ?? []
        return (outcome, CrashScenario.Play(passed: passed, wasEnded: wasEnded))
    }
}
