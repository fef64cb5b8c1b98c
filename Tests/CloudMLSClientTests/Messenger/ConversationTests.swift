import CloudMLSAPI
import CloudMLSClient
import Synchronization
import Testing

/// Seals by turning a text around, and remembers what it was asked for and in which order.
private final class Mirror: MessageSealing {
    let caughtUp = Mutex(0)

    func catchUp() -> [ClientError] {
        caughtUp.withLock { $0 += 1 }
        return [ClientError(.notReachable, "")]
    }

    func seal(_ text: String) -> String { "sealed:" + String(text.reversed()) }

    func open(_ text: String) throws -> ConversationMessage.Content {
        guard text.hasPrefix("sealed:") else { return .plain(text: text) }
        guard text != "sealed:", let sender = AccountAddress("test:sender") else {
            return .undecryptable(reason: "nothing in it")
        }
        return .sealed(text: String(text.dropFirst(7).reversed()), sender: sender)
    }
}

/// A chat in memory. A position is a byte for each message: whether it was seen.
private final class MemoryPlatform: MessagePlatform {
    let name = "test"
    let maximumTextSize = 20
    let texts = Mutex<[String]>([])
    /// Called before messages are listed.
    let onList: @Sendable () -> Void
    /// Whether its positions can leave something out.
    let canLeaveOut: Bool

    init(canLeaveOut: Bool = true, onList: @escaping @Sendable () -> Void = {}) {
        self.canLeaveOut = canLeaveOut
        self.onList = onList
    }

    func send(_ text: String, to chat: String) { texts.withLock { $0.append(text) } }

    func messages(in chat: String, after position: PlatformPosition?) -> PlatformPage {
        onList()
        let texts = texts.withLock { $0 }
        let seen = position?.bytes ?? []
        let messages = texts.enumerated().filter { !seen.indices.contains($0.offset) || seen[$0.offset] == 0 }.map {
            PlatformMessage(id: "\($0.offset)", time: UInt64($0.offset), text: $0.element)
        }
        let all = PlatformPosition(bytes: [UInt8](repeating: 1, count: texts.count))
        return PlatformPage(messages: messages, position: all)
    }

    func position(_ position: PlatformPosition, without messages: [PlatformMessage]) -> PlatformPosition? {
        guard canLeaveOut else { return nil }
        var seen = position.bytes
        for index in messages.compactMap({ Int($0.id) }) { seen[index] = 0 }
        return PlatformPosition(bytes: seen)
    }
}

struct ConversationTests {
    private let mirror = Mirror()
    private let local = MemoryLocalState()

    private func conversation(on platform: MemoryPlatform) -> Conversation {
        Conversation(
            chat: "chat", platform: platform, sealing: mirror, local: local, positionName: "position/chat")
    }

    @Test func showsWhatIsUnreadUntilItIsMarkedAsRead() async throws {
        let conversation = conversation(on: MemoryPlatform())
        try await conversation.send("one")
        let first = try await conversation.unread()
        #expect(try await conversation.unread() == first)
        #expect(first.messages.count == 1)
        try await conversation.send("two")
        try await conversation.markRead(first)
        let second = try await conversation.unread()
        #expect(second.messages.map(\.content).map(text) == ["two"])
        try await conversation.markRead(second)
        #expect(try await conversation.unread().messages.isEmpty)
        #expect(try await conversation.everything().messages.map(\.content).map(text) == ["one", "two"])
    }

    @Test func tellsSealedFromPlainFromUndecryptable() async throws {
        let platform = MemoryPlatform()
        platform.texts.withLock { $0 = ["sealed:", "hello"] }
        let messages = try await conversation(on: platform).everything().messages
        #expect(messages.map(\.content) == [.undecryptable(reason: "nothing in it"), .plain(text: "hello")])
    }

    @Test func sendsNothingThatThePlatformDoesNotTake() async throws {
        let platform = MemoryPlatform()
        await #expect(throws: ClientError(.messageTooLong, "")) {
            try await conversation(on: platform).send("longer than twenty bytes")
        }
        #expect(platform.texts.withLock { $0 }.isEmpty)
    }

    @Test func catchesUpAfterTheMessagesAreListed() async throws {
        let mirror = mirror
        let platform = MemoryPlatform { #expect(mirror.caughtUp.withLock { $0 } == 0) }
        let page = try await conversation(on: platform).unread()
        #expect(page.problems == [ClientError(.notReachable, "")])
        #expect(mirror.caughtUp.withLock { $0 } == 1)
    }

    /// The group's events may be what is missing: the mirror never reaches them.
    @Test(arguments: [true, false])
    func whatCannotBeOpenedWhileSomethingIsWrongStaysUnread(canLeaveOut: Bool) async throws {
        let platform = MemoryPlatform(canLeaveOut: canLeaveOut)
        platform.texts.withLock { $0 = ["sealed:eno", "sealed:", "sealed:owt"] }
        let conversation = conversation(on: platform)
        let first = try await conversation.unread()
        #expect(first.messages.count == 3)
        try await conversation.markRead(first)
        platform.texts.withLock { $0[1] = "sealed:retal" }
        let second = try await conversation.unread().messages.map(\.content).map(text)
        #expect(second == (canLeaveOut ? ["later"] : ["one", "later", "two"]))
    }

    private func text(_ content: ConversationMessage.Content) -> String? {
        if case .sealed(let text, _) = content { text } else { nil }
    }
}
