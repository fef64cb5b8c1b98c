public import Foundation

/// A directory that people already share, with Syncthing, Dropbox or NFS, as a messenger: a directory for each chat and
/// in it a file for each message.
///
/// A file appears under its name only when it is complete and on the disk. Read are regular files that end in `.txt`,
/// are not hidden and hold UTF-8 of at most `maximumTextSize` bytes: ours, and what somebody without CloudMLS saved there
/// by hand. Everything else, such as temporary files of the program that synchronises, symbolic links and files that are
/// too large, is passed over and looked at again the next time.
public struct FolderPlatform: MessagePlatform {
    /// The platform's part of its accounts' addresses.
    public static let platformName = "folder"
    private static let folderSetting = "folder"

    public let name = platformName
    public let maximumTextSize = 1 << 20
    private let path: String
    private let clock: @Sendable () -> UInt64
    private let random: @Sendable (Int) -> [UInt8]

    /// - Parameters:
    ///   - path: the shared directory; it must exist, so that an unmounted folder is noticed.
    ///   - clock: milliseconds since 1970.
    ///   - random: as many random bytes as asked for; they keep messages of one millisecond apart.
    public init(
        path: String,
        clock: @escaping @Sendable () -> UInt64 = { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) },
        random: @escaping @Sendable (Int) -> [UInt8] = ClientEnvironment.system.random
    ) {
        self.path = path
        self.clock = clock
        self.random = random
    }

    /// An account's settings for a shared directory.
    public static func settings(path: String) -> [String: String] { [folderSetting: path] }

    /// The shared directory in an account's settings.
    public static func path(in settings: [String: String]) -> String? { settings[folderSetting] }

    public func send(_ text: String, to chat: String) async throws {
        guard text.utf8.count <= maximumTextSize else {
            throw PlatformError(
                .textTooLong,
                "the folder takes messages of at most \(maximumTextSize) bytes, this one has \(text.utf8.count)")
        }
        let chatName = try FolderChatName(chat: chat)
        let folder = try FolderDirectory(path: path)
        let directory = try folder.subdirectory(chatName.directory, create: true)
        let file = FolderMessageName(time: clock(), random: random(8)).file
        // The line feed at the end is what tells a complete file from one that a plain copy has only begun.
        try directory.write(Array(text.utf8) + [UInt8(ascii: "\n")], to: file)
    }

    public func messages(in chat: String, after position: PlatformPosition?) async throws -> PlatformPage {
        let chatName = try FolderChatName(chat: chat)
        let folder = try FolderDirectory(path: path)
        let before = FolderPosition(position)
        guard let directory = try folder.existingSubdirectory(chatName.directory) else {
            return PlatformPage(messages: [], position: before.opaque)
        }
        let files = try directory.entries().filter { $0.hasSuffix(FolderMessageName.suffix) && !$0.hasPrefix(".") }
        // A chat that is empty all of a sudden is more often one that has not been synchronised yet.
        var after = files.isEmpty ? before : FolderPosition()
        var messages: [PlatformMessage] = []
        for file in files {
            guard !before.contains(file) else {
                after.insert(file)
                continue
            }
            guard let message = message(file, in: directory) else { continue }
            after.insert(file)
            messages.append(message)
        }
        messages.sort { ($0.time, $0.id) < ($1.time, $1.id) }
        return PlatformPage(messages: messages, position: after.opaque)
    }

    public func position(_ position: PlatformPosition, without messages: [PlatformMessage]) -> PlatformPosition? {
        var seen = FolderPosition(position)
        for message in messages { seen.remove(message.id) }
        return seen.opaque
    }

    /// Nil for what is not a message, or not yet.
    private func message(_ file: String, in directory: FolderDirectory) -> PlatformMessage? {
        guard let content = directory.read(file, atMost: maximumTextSize + 1), !content.bytes.isEmpty else {
            return nil
        }
        var bytes = content.bytes[...]
        let ours = FolderMessageName(file: file)
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
        } else if ours != nil {
            return nil
        }
        guard bytes.count <= maximumTextSize, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return PlatformMessage(id: file, time: ours?.time ?? content.modified, text: text)
    }
}
