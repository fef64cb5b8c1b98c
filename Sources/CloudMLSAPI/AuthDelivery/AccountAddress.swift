import Foundation

/// A person's account on a messenger: `platform:account-id`, as it stands in a Basic credential's identity.
///
/// The platform is `[a-z0-9-]{1,32}`; the account id is 1 to 255 bytes of UTF-8 without control characters, in Unicode
/// Normalization Form C. A text in another form is refused: it would look the same as the account whose name it imitates,
/// while MLS credentials (RFC 9420 §5.3) and the server's database tell the two apart by their bytes. For the same reason
/// addresses are equal, and sorted, by their bytes.
public struct AccountAddress: Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public let platform: String
    public let id: String

    public init?(platform: some StringProtocol, id: some StringProtocol) {
        let allowed = platform.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard allowed, (1...32).contains(platform.utf8.count), (1...255).contains(id.utf8.count),
            id.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }),
            id.utf8.elementsEqual(String(id).precomposedStringWithCanonicalMapping.utf8)
        else { return nil }
        self.platform = String(platform)
        self.id = String(id)
    }

    /// Parses `platform:account-id`; the account id may hold further colons.
    public init?(_ text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        self.init(platform: text[..<colon], id: text[text.index(after: colon)...])
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let address = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not platform:account-id")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public var description: String { "\(platform):\(id)" }

    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.description.utf8.elementsEqual(rhs.description.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }

    public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.description.utf8.lexicographicallyPrecedes(rhs.description.utf8)
    }
}
