import CloudMLSClient
import Foundation
import Synchronization
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A shared folder in a temporary place, and a clock that the test moves.
private final class SharedFolder: Sendable {
    let path: String
    private let time = Mutex<UInt64>(1_700_000_000_000)
    private let counter = Mutex<UInt8>(0)

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cloudmls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func set(time new: UInt64) { time.withLock { $0 = new } }

    var platform: FolderPlatform {
        FolderPlatform(
            path: path, clock: { self.time.withLock { $0 } },
            random: { count in
                [UInt8](
                    repeating: self.counter.withLock {
                        $0 += 1
                        return $0
                    }, count: count)
            })
    }

    func chatFolder(_ chat: String) throws -> URL {
        URL(filePath: path).appending(path: try FolderChatName(chat: chat).directory)
    }
}

struct FolderChatNameTests {
    @Test(arguments: [
        "family", "Family", ".", "..", "../../etc", "a/b", "%", "%%", "a.b", "ä", "🏡 house", " ", "\n", "con", "~",
        String(repeating: "x", count: 150), String(repeating: "/", count: 150), String(repeating: "Ä", count: 75),
    ])
    func everyChatHasOneDirectory(chat: String) throws {
        let name = try FolderChatName(chat: chat)
        #expect((1...255).contains(name.directory.utf8.count))
        #expect(!name.directory.hasPrefix("."))
        #expect(name.directory.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        #expect(name.directory == name.directory.lowercased())
        #expect(FolderChatName(directory: name.directory)?.chat == chat)
    }

    @Test func distinctChatsHaveDistinctDirectories() throws {
        let chats = ["a", "A", "%41", "a.", ".a", "%2ea", "ä", "a\u{308}", String(repeating: "A", count: 100)]
        #expect(Set(try chats.map { try FolderChatName(chat: $0).directory }).count == chats.count)
    }

    @Test(arguments: ["", String(repeating: "x", count: 151)])
    func refusesWhatHasNoDirectory(chat: String) {
        #expect(throws: PlatformError(.invalidChat, "")) { try FolderChatName(chat: chat) }
    }

    @Test(arguments: [".", "..", "A", "%41%", "%4", "%zz", "%61", "%%", "%%a", "%%mfra", "a/b", "%ff", "%+1"])
    func refusesDirectoriesThatAreNotChats(directory: String) {
        #expect(FolderChatName(directory: directory) == nil)
    }
}

struct FolderPlatformTests {
    /// Texts that are repeated, so that the largest one does not fill the test's log.
    @Test(arguments: [("hello", 1), ("", 1), ("\n", 2), ("emoji 🏡\n\nand empty lines\n", 1), ("ä", 1 << 19)])
    func deliversTextsUnchanged(part: String, count: Int) async throws {
        let text = String(repeating: part, count: count)
        let folder = try SharedFolder()
        try await folder.platform.send(text, to: "family")
        let page = try await folder.platform.messages(in: "family", after: nil)
        #expect(page.messages.map(\.text) == [text])
        #expect(page.messages.first?.time == 1_700_000_000_000)
        #expect(try await folder.platform.messages(in: "Family", after: nil).messages.isEmpty)
    }

    @Test func showsEachMessageOnceAlsoWhenClocksDiffer() async throws {
        let folder = try SharedFolder()
        try await folder.platform.send("second", to: "chat")
        let first = try await folder.platform.messages(in: "chat", after: nil)
        folder.set(time: 1_600_000_000_000)
        try await folder.platform.send("first", to: "chat")
        folder.set(time: .max)
        try await folder.platform.send("last", to: "chat")
        let second = try await folder.platform.messages(in: "chat", after: first.position)
        #expect(second.messages.map(\.text) == ["first", "last"])
        #expect(try await folder.platform.messages(in: "chat", after: second.position).messages.isEmpty)
        #expect(
            try await folder.platform.messages(in: "chat", after: nil).messages.map(\.text)
                == ["first", "second", "last"])
        #expect(try await folder.platform.messages(in: "chat", after: first.position) == second)
    }

    @Test func aPositionCanLeaveMessagesOut() async throws {
        let folder = try SharedFolder()
        for (time, text) in [(UInt64(1_000), "one"), (2_000, "two"), (3_000, "three")] {
            folder.set(time: time)
            try await folder.platform.send(text, to: "chat")
        }
        let page = try await folder.platform.messages(in: "chat", after: nil)
        let position = folder.platform.position(page.position, without: page.messages.filter { $0.text == "two" })
        #expect(position != nil)
        let again = try await folder.platform.messages(in: "chat", after: position)
        #expect(again.messages.map(\.text) == ["two"])
        #expect(again.position == page.position)
    }

    @Test func readsWhatSomebodySavedByHand() async throws {
        let folder = try SharedFolder()
        try await folder.platform.send("ours", to: "chat")
        try Data("by hand".utf8).write(to: try folder.chatFolder("chat").appending(path: "Note to all.txt"))
        let page = try await folder.platform.messages(in: "chat", after: nil)
        #expect(Set(page.messages.map(\.text)) == ["ours", "by hand"])
    }

    @Test func passesOverWhatIsNotAMessage() async throws {
        let folder = try SharedFolder()
        try await folder.platform.send("only this", to: "chat")
        let chat = try folder.chatFolder("chat")
        let outside = chat.deletingLastPathComponent().appending(path: "outside.txt")
        try Data("a secret of somebody else's\n".utf8).write(to: outside)
        for name in [
            ".syncthing.a.txt.tmp", ".hidden.txt", "picture.jpg", "0000001700000000-0102030405060708.txt.part",
        ] {
            try Data("no message\n".utf8).write(to: chat.appending(path: name))
        }
        try Data([0xFF, 0xFE, 0x0A]).write(to: chat.appending(path: "binary.txt"))
        try Data().write(to: chat.appending(path: "empty.txt"))
        try Data(count: folder.platform.maximumTextSize + 2).write(to: chat.appending(path: "large.txt"))
        try FileManager.default.createDirectory(
            at: chat.appending(path: "folder.txt"), withIntermediateDirectories: true)
        #expect(symlink(outside.path, chat.appending(path: "link.txt").path) == 0)
        #expect(mkfifo(chat.appending(path: "pipe.txt").path, 0o600) == 0)
        let page = try await folder.platform.messages(in: "chat", after: nil)
        #expect(page.messages.map(\.text) == ["only this"])
    }

    @Test func waitsForTheRestOfAFileThatIsBeingCopied() async throws {
        let folder = try SharedFolder()
        try await folder.platform.send("first", to: "chat")
        let file = try folder.chatFolder("chat").appending(path: "0001700000000001-0102030405060708.txt")
        try Data("cloudmls1:AAAA".utf8).write(to: file)
        let before = try await folder.platform.messages(in: "chat", after: nil)
        #expect(before.messages.map(\.text) == ["first"])
        try Data("cloudmls1:AAAABBBB\n".utf8).write(to: file)
        let after = try await folder.platform.messages(in: "chat", after: before.position)
        #expect(after.messages.map(\.text) == ["cloudmls1:AAAABBBB"])
    }

    @Test func doesNotLeaveTheFolderThroughALink() async throws {
        let folder = try SharedFolder()
        let elsewhere = try SharedFolder()
        #expect(symlink(elsewhere.path, try folder.chatFolder("chat").path) == 0)
        await #expect(throws: PlatformError.self) { try await folder.platform.send("text", to: "chat") }
        await #expect(throws: PlatformError.self) { try await folder.platform.messages(in: "chat", after: nil) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path).isEmpty)
    }

    @Test func leavesNothingHalfWritten() async throws {
        let folder = try SharedFolder()
        try await folder.platform.send("text", to: "chat")
        let names = try FileManager.default.contentsOfDirectory(atPath: try folder.chatFolder("chat").path)
        #expect(names == ["0001700000000000-0101010101010101.txt"])
    }

    @Test func saysWhatIsWrong() async throws {
        let folder = try SharedFolder()
        let long = String(repeating: "x", count: folder.platform.maximumTextSize + 1)
        await #expect(throws: PlatformError(.textTooLong, "")) { try await folder.platform.send(long, to: "chat") }
        let missing = FolderPlatform(
            path: folder.path + "/missing", clock: { 0 }, random: { [UInt8](repeating: 0, count: $0) })
        await #expect(throws: PlatformError(.unavailable, "")) { try await missing.send("text", to: "chat") }
        await #expect(throws: PlatformError(.unavailable, "")) { try await missing.messages(in: "chat", after: nil) }
    }
}
