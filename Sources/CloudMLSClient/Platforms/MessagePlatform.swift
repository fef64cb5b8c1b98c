public import CloudMLSAPI

/// A messenger that carries ciphertext as ordinary text: a shared folder, e-mail, Matrix, Telegram.
///
/// A platform knows chats and accounts by its own names and never sees a key. Nothing it answers is trusted: who wrote a
/// message is decided by the MLS signature inside it, never by what the platform says.
public protocol MessagePlatform: Sendable {
    /// The platform's part of an account address, such as `folder`.
    var name: String { get }

    /// The longest text that one message carries, in bytes of UTF-8.
    var maximumTextSize: Int { get }

    /// Sends a text to a chat. When it returns, the platform has it for good.
    ///
    /// - Throws: `PlatformError`; then the text may or may not have been sent.
    func send(_ text: String, to chat: String) async throws

    /// The messages of a chat that were not there at `position`, oldest first as far as the senders' clocks agree, and
    /// the position to ask from the next time. Nil asks for everything.
    func messages(in chat: String, after position: PlatformPosition?) async throws -> PlatformPage

    /// The position after everything that `position` is after, but for these messages: they are listed again.
    ///
    /// - Returns: nil where the platform's positions cannot say that.
    func position(_ position: PlatformPosition, without messages: [PlatformMessage]) -> PlatformPosition?

    /// Who is in the chat, where the platform knows.
    func members(of chat: String) async throws -> [AccountAddress]?
}

extension MessagePlatform {
    /// Most platforms of ours cannot tell.
    public func members(of chat: String) async throws -> [AccountAddress]? { nil }

    /// A position that is a place in a row cannot leave anything out.
    public func position(_ position: PlatformPosition, without messages: [PlatformMessage]) -> PlatformPosition? { nil }
}

/// A text as a platform delivered it.
public struct PlatformMessage: Sendable, Hashable {
    /// The platform's name for the message, unique within its chat.
    public var id: String
    /// Milliseconds since 1970, by the sender's clock.
    public var time: UInt64
    public var text: String

    public init(id: String, time: UInt64, text: String) {
        self.id = id
        self.time = time
        self.text = text
    }
}

/// How far a device has read in a chat: bytes that only the platform that made them can interpret.
public struct PlatformPosition: Sendable, Hashable {
    public var bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }
}

/// A part of a chat, and the position after it.
public struct PlatformPage: Sendable, Hashable {
    public var messages: [PlatformMessage]
    public var position: PlatformPosition

    public init(messages: [PlatformMessage], position: PlatformPosition) {
        self.messages = messages
        self.position = position
    }
}
