import Foundation
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Ctrl-C, and worse, in the middle of a command: the next one finishes or undoes what was begun.
@Suite(.serialized)
struct InterruptionTests {
    /// How many tables of the servers have changed when the command is ended: from its first write on.
    @Test(arguments: [1, 2, 3, 4])
    func whatWasBegunIsFinishedByTheNextCommand(changes: Int) async throws {
        let world = try await World.make()
        let alice = try await world.signUp("alice")
        let bob = try await world.signUp("bob", keyStore: 1)
        let carol = try await world.signUp("carol", keyStore: 1)
        try await alice.succeeds("group", "create", "chat", "--member", "folder:bob")

        _ = try await interrupt(
            alice, ["group", "add", "chat", "folder:carol"], after: changes, with: SIGKILL, in: world)
        try await alice.succeeds("group", "add", "chat", "folder:carol")
        #expect(
            try await alice.succeeds("group", "members", "chat").split(separator: "\n").sorted()
                == ["folder:alice", "folder:bob", "folder:carol"])

        let outcome = try await interrupt(alice, ["send", "chat"], after: changes, with: SIGINT, in: world)
        #expect([0, 130].contains(outcome.status), "\(outcome)")
        try await alice.succeeds("send", "chat", input: "after the interruption")
        for reader in [alice, bob, carol] {
            let messages = try await reader.messages("chat")
            #expect(messages.allSatisfy { $0.kind == "sealed" })
            #expect(messages.last?.text == "after the interruption")
            #expect((1...2).contains(messages.count))
        }
        try await world.stop()
    }

    private func interrupt(
        _ device: Device, _ arguments: [String], after changes: Int, with signal: Int32, in world: World
    ) async throws -> ChildProcess.Outcome {
        let before = try world.servers.map(StoredData.of)
        let process = try ChildProcess(
            Executables.url(Executables.cloudmls), arguments, environment: device.environment,
            input: Data("interrupted".utf8), folder: world.place.url, name: "interrupted")
        while !process.hasEnded, try StoredData.changes(on: world.servers, since: before).count < changes {
            await Task.yield()
        }
        process.signal(signal)
        return try await process.outcome()
    }
}
