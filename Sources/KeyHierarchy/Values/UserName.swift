public import MLSCodec

/// A user's name at one server: 3 to 64 of `a`–`z`, `0`–`9`, `.`, `_` and `-`.
public struct UserName: RawRepresentable, Hashable, Sendable, MLSCodable, CustomStringConvertible {
    public let rawValue: String

    /// `nil` unless the text is a user name as it stands, in lower case.
    public init?(rawValue: String) {
        let isAllowed = rawValue.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isAllowed, (3...64).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    /// Takes what a person typed: capital letters of ASCII become small ones.
    ///
    /// - Throws: `.invalidUserName` if the result is no user name.
    public init(typed: String) throws(KeyHierarchyError) {
        let lowered = typed.utf8.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 0x20 : byte
        }
        guard let name = Self(rawValue: String(decoding: lowered, as: UTF8.self)) else {
            throw KeyHierarchyError(.invalidUserName, "3 to 64 of a-z, 0-9, '.', '_', '-'")
        }
        self = name
    }

    public var description: String { rawValue }
}
