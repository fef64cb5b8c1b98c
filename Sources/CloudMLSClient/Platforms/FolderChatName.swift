import CloudMLSAPI

/// The name of the directory that stands for a chat in a shared folder.
///
/// Every chat name of 1 to 150 bytes has exactly one directory name, which is ASCII, at most 255 bytes, never begins with
/// a dot, and differs from every other also where the file system ignores case: lower-case letters, digits, `-`, `_` and
/// inner dots stand for themselves, any other byte is `%` and two hexadecimal digits. Where that would be too long, it is
/// `%%` and the name in base32 (RFC 4648 §6, lower case, no padding).
package struct FolderChatName: Hashable, Sendable {
    /// Bytes of a chat's name, so that base32 always fits: 2 + ⌈150 · 8 / 5⌉ = 242.
    package static let maximumSize = 150
    private static let maximumDirectorySize = 255

    package let chat: String
    package let directory: String

    /// - Throws: `PlatformError.Code.invalidChat` where the name is empty or too long.
    package init(chat: String) throws(PlatformError) {
        guard (1...Self.maximumSize).contains(chat.utf8.count) else {
            throw PlatformError(
                .invalidChat,
                "a chat's name has 1 to \(Self.maximumSize) bytes in a shared folder, this one has \(chat.utf8.count)")
        }
        self.chat = chat
        let escaped = Self.escape(chat)
        directory = escaped.utf8.count <= Self.maximumDirectorySize ? escaped : "%%" + Base32.encode(Array(chat.utf8))
    }

    /// The chat that a directory stands for; nil for any directory that is not the one name of a chat.
    package init?(directory: String) {
        let bytes: [UInt8]?
        if directory.hasPrefix("%%") {
            bytes = Base32.decode(directory.dropFirst(2))
        } else {
            bytes = PercentEncoding.decode(directory)
        }
        guard let bytes, let chat = String(validating: bytes, as: UTF8.self), let name = try? Self(chat: chat),
            name.directory == directory
        else { return nil }
        self = name
    }

    private static func escape(_ chat: String) -> String {
        let text = PercentEncoding.encode(chat.utf8) { byte in
            PercentEncoding.isPlainInFileNames(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        }
        return text.first == "." ? "%2e" + text.dropFirst() : text
    }
}

/// RFC 4648 §6 in lower case and without padding.
private enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = (buffer << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for what `encode` does not write.
    static func decode(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for digit in text.utf8 {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            buffer = (buffer << 5 | UInt32(value)) & 0xFFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return bytes
    }
}
