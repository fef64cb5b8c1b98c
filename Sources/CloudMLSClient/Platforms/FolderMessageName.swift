import CloudMLSAPI

/// The name of a message's file: 16 digits of milliseconds since 1970, `-`, 16 random hexadecimal digits, `.txt`.
/// Names sort by time and never meet, whoever writes.
package struct FolderMessageName: Hashable, Sendable {
    package static let suffix = ".txt"
    private static let digits = 16
    private static let maximumTime: UInt64 = 9_999_999_999_999_999

    package let time: UInt64
    package let file: String

    /// - Parameter random: 8 random bytes.
    package init(time: UInt64, random: [UInt8]) {
        self.time = min(time, Self.maximumTime)
        let number = String(self.time)
        file = String(repeating: "0", count: Self.digits - number.utf8.count) + number + "-" + random.hex + Self.suffix
    }

    /// Nil for a file that we did not name.
    package init?(file: String) {
        let bytes = Array(file.utf8)
        guard bytes.count == Self.digits + 1 + 16 + Self.suffix.utf8.count, file.hasSuffix(Self.suffix),
            bytes[Self.digits] == UInt8(ascii: "-"),
            bytes[..<Self.digits].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            [UInt8](hex: String(decoding: bytes[(Self.digits + 1)..<(Self.digits + 17)], as: UTF8.self)) != nil,
            let time = UInt64(String(decoding: bytes[..<Self.digits], as: UTF8.self))
        else { return nil }
        self.time = time
        self.file = file
    }
}
