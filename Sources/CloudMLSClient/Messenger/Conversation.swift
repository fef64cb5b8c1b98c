public import CloudMLSAPI

/// What a conversation needs of the signed-in user.
package protocol MessageSealing: Sendable {
    /// Fetches and applies what happened in the user's groups.
    ///
    /// - Returns: what is wrong, and does not keep from reading.
    func catchUp() async throws -> [ClientError]
    /// The text to send in place of `text`; what happened in the group is applied first.
    func seal(_ text: String) async throws -> String
    /// What a text on the platform says. The group's events up to now are applied.
    func open(_ text: String) async throws -> ConversationMessage.Content
}

/// A message of a chat, as far as it can be read.
public struct ConversationMessage: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// Encrypted to the group, and signed by the sender.
        case sealed(text: String, sender: AccountAddress)
        /// Written without CloudMLS: anybody may have written it.
        case plain(text: String)
        /// Encrypted, and not for this user, or altered; the reason is for people.
        case undecryptable(reason: String)
    }

    /// The platform's name for the message.
    public var id: String
    /// Milliseconds since 1970, by the sender's clock or whoever pretends to be the sender.
    public var time: UInt64
    public var content: Content

    public init(id: String, time: UInt64, content: Content) {
        self.id = id
        self.time = time
        self.content = content
    }
}

/// A group's chat on its platform: sends texts sealed, and reads what others sent.
public struct Conversation: Sendable {
    /// Messages that were read together, and how far the device has read with them.
    public struct Page: Sendable, Equatable {
        public var messages: [ConversationMessage]
        /// What was wrong while they were read: there may be more that could not be fetched.
        public var problems: [ClientError]
        /// Nil where nothing of it can count as read.
        fileprivate var position: PlatformPosition?
    }

    private let chat: String
    private let platform: any MessagePlatform
    private let sealing: any MessageSealing
    private let local: any LocalState
    private let positionName: String
    private let environment: ClientEnvironment

    /// - Parameter positionName: under which name the device remembers how far it has read.
    package init(
        chat: String, platform: any MessagePlatform, sealing: any MessageSealing, local: any LocalState,
        positionName: String, environment: ClientEnvironment = .system
    ) {
        self.chat = chat
        self.platform = platform
        self.sealing = sealing
        self.local = local
        self.positionName = positionName
        self.environment = environment
    }

    /// Sends a text to the group's members.
    ///
    /// - Throws: `ClientError` or `PlatformError`. Nothing of the text reached the platform unless the error came from
    ///   the platform.
    public func send(_ text: String) async throws {
        // Base64 alone makes it this long. Sealing takes a key for good, so what cannot be sent is not sealed.
        try checkSize(text.utf8.count / 3 * 4)
        let sealed = try await sealing.seal(text)
        try checkSize(sealed.utf8.count)
        try await environment.perform(ConversationStep.handOver) { try await platform.send(sealed, to: chat) }
    }

    private func checkSize(_ size: Int) throws {
        guard size <= platform.maximumTextSize else {
            throw ClientError(
                .messageTooLong,
                "The message takes \(size) bytes or more when encrypted; the platform takes \(platform.maximumTextSize).",
                hint: "Send it in several parts.")
        }
    }

    /// Everything in the chat, oldest first.
    public func everything() async throws -> Page { try await messages(after: nil) }

    /// What this device has not marked as read, oldest first.
    public func unread() async throws -> Page {
        let position = try await local.read(positionName).map { PlatformPosition(bytes: $0) }
        return try await messages(after: position)
    }

    /// Remembers that the page was read. What could not be opened while something was wrong stays unread: it may be
    /// opened the next time.
    public func markRead(_ page: Page) async throws {
        guard let position = page.position else { return }
        try await environment.perform(ConversationStep.markRead) { try await local.write(positionName, position.bytes) }
    }

    private func messages(after position: PlatformPosition?) async throws -> Page {
        // In this order: the commit that leads to a message's epoch was accepted before the message was sent.
        let page = try await platform.messages(in: chat, after: position)
        let problems = try await sealing.catchUp()
        var messages: [ConversationMessage] = []
        for message in page.messages {
            messages.append(
                ConversationMessage(
                    id: message.id, time: message.time, content: try await sealing.open(message.text)))
        }
        let closed = zip(page.messages, messages).filter { pair in
            if case .undecryptable = pair.1.content { true } else { false }
        }.map(\.0)
        let isAllRead = problems.isEmpty || closed.isEmpty
        return Page(
            messages: messages, problems: problems,
            position: isAllRead ? page.position : platform.position(page.position, without: closed))
    }
}

enum ConversationStep: String, OperationStep {
    /// The ciphertext goes to the messenger.
    case handOver
    /// The device remembers what was shown.
    case markRead
}
