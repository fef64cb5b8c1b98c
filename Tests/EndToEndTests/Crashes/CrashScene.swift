import CloudMLSAPI
import CloudMLSClient
import Foundation
import KeyHierarchy
import MLS
import Synchronization
import Testing

/// What one end of one command happens among: three people, a chat of theirs, and what was sent in it.
struct CrashScene: Sendable {
    /// Command and point, for what goes wrong.
    let title: String
    let lane: CrashLane
    let world: World
    let chat: String
    var alice: Person
    var bob: Person
    var carol: Person
    /// Set once there is one for the chat.
    var group: GroupID?
    /// A file with a setup code, where somebody signs up.
    var code: URL?
    /// The encryption key of Bob's leaf, where that is to change.
    var leafKey: [UInt8]?
    let texts = CrashTexts()

    func expect(_ condition: Bool, _ comment: @autoclosure () -> String) {
        if !condition { Issue.record("\(title): \(comment())") }
    }

    // MARK: What the library does for them, which is cheaper than a command

    /// Makes the chat's group; everybody in it has joined, and read what its maker wrote.
    mutating func makeGroup(by maker: Person, with others: [Person], joining: Bool = true) async throws {
        let (chat, accounts) = (chat, others.map(\.account))
        group = try await maker.library.run {
            try await Messenger(context: $0).createGroup(chat: chat, account: maker.account, members: accounts)
        }
        if joining {
            for other in others { try await other.library.run { _ = try await Messenger(context: $0).sync() } }
        }
        try await say("before", from: maker, to: [maker] + others)
    }

    /// Sends a text that `readers` must be shown once.
    func say(_ text: String, from sender: Person, to readers: [Person]) async throws {
        let folder = world.sharedFolder.path
        try await sender.library.run { context in
            let messenger = Messenger(context: context)
            let group = try await messenger.group(named: chat)
            try await messenger.conversation(in: group, on: FolderPlatform(path: folder)).send(text)
        }
        texts.sent(text, to: readers)
    }

    func requireGroup() throws -> GroupID { try #require(group, "\(title): there is no group") }

    /// What somebody's key store has about the group.
    func snapshot(_ person: Person) async throws -> GroupSnapshot {
        let group = try requireGroup()
        return try await person.library.run { try await GroupSnapshot.load(group, from: $0.sealed) }
    }

    func leafKey(of person: Person) async throws -> [UInt8]? {
        guard let group = try await snapshot(person).group else { return nil }
        return group.member(at: group.ownLeafIndex)?.leafNode.encryptionKey.bytes
    }

    /// Finds the group that a command has made.
    mutating func findGroup(of person: Person) async throws {
        let chat = chat
        let found = try await person.library.run { context in
            try await Messenger(context: context).groups().filter { $0.chat == chat }.map(\.id)
        }
        expect(found.count == 1, "\(found.count) groups for one chat")
        group = found.first
    }

    // MARK: What commands do

    /// Runs `read`, and notes what it shows.
    func read(_ reader: Person) async throws {
        let outcome = try await reader.device.run("read", chat, "--json")
        expect(outcome.status == 0, "\(reader.name) cannot read: \(outcome)")
        try texts.shown(outcome.output, to: reader)
    }
}

/// What was sent in a scene, and what was shown of it.
final class CrashTexts: Sendable {
    private struct State {
        var sent: [(text: String, readers: Set<String>)] = []
        var shown: [String: [String: Int]] = [:]
    }

    private let state = Mutex(State())

    func sent(_ text: String, to readers: [Person]) {
        state.withLock { $0.sent.append((text, Set(readers.map(\.name)))) }
    }

    /// Notes the answer of `read --json`; an empty one shows nothing.
    func shown(_ output: String, to reader: Person) throws {
        guard !output.isEmpty else { return }
        let messages = try JSONDecoder().decode(ShownMessages.self, from: Data(output.utf8)).messages
        state.withLock { state in
            for text in messages.compactMap(\.text) { state.shown[reader.name, default: [:]][text, default: 0] += 1 }
        }
    }

    /// What a reader was not shown just as often as it was sent.
    func differences(of reader: Person) -> [String] {
        state.withLock { state in
            var expected: [String: Int] = [:]
            for sent in state.sent where sent.readers.contains(reader.name) { expected[sent.text, default: 0] += 1 }
            let shown = state.shown[reader.name] ?? [:]
            return Set(expected.keys).union(shown.keys).sorted().compactMap { text in
                let (times, wanted) = (shown[text] ?? 0, expected[text] ?? 0)
                return times == wanted ? nil : "\"\(text)\" was shown \(times) times and not \(wanted)"
            }
        }
    }
}
