import CloudMLSAPI
import CloudMLSClient

/// A messenger in memory: what was sent to a chat, in the order in which it arrived.
///
/// It knows a text that it has already, as messengers do that give a message a name before it is sent.
actor ChatWorld {
    private(set) var texts: [String: [String]] = [:]

    func send(_ text: String, to chat: String) {
        guard texts[chat]?.contains(text) != true else { return }
        texts[chat, default: []].append(text)
    }
}

/// One device's connection to the messenger. A position is a byte for each text: whether it was seen.
struct ChatConnection: MessagePlatform {
    let world: ChatWorld
    let connection: any Connection
    let name = "folder"
    let maximumTextSize = 1 << 20

    func send(_ text: String, to chat: String) async throws {
        try await connection.carry("send") { await world.send(text, to: chat) }
    }

    func messages(in chat: String, after position: PlatformPosition?) async throws -> PlatformPage {
        let texts = try await connection.carry("messages") { await world.texts[chat, default: []] }
        let before = position?.bytes ?? []
        let unseen = texts.indices.filter { !before.indices.contains($0) || before[$0] == 0 }
        return PlatformPage(
            messages: unseen.map { PlatformMessage(id: "\($0)", time: UInt64($0), text: texts[$0]) },
            position: PlatformPosition(bytes: [UInt8](repeating: 1, count: max(texts.count, before.count))))
    }

    func position(_ position: PlatformPosition, without messages: [PlatformMessage]) -> PlatformPosition? {
        var bytes = position.bytes
        for index in messages.compactMap({ Int($0.id) }) where bytes.indices.contains(index) { bytes[index] = 0 }
        return PlatformPosition(bytes: bytes)
    }
}
