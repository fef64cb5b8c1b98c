import MLSCodec

/// Bytes that a file of vectors writes as hexadecimal digits.
struct HexBytes: Hashable, Sendable, Decodable, CustomStringConvertible {
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Returns: `nil` for an odd number of digits, or something that is no digit.
    init?(_ digits: String) {
        guard let bytes = Hexadecimal.bytes(Array(digits.utf8), capitals: true) else { return nil }
        self.bytes = bytes
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal digits")
        }
        self = value
    }

    var description: String { Hexadecimal.digits(bytes) }
}
