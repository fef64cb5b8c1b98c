import struct Foundation.Data

/// A byte string in a JSON body: standard base64 with padding (RFC 4648 §4).
public struct Bytes: Codable, Hashable, Sendable, ExpressibleByArrayLiteral {
    public var array: [UInt8]

    public init(_ array: [UInt8]) { self.array = array }

    public init(arrayLiteral elements: UInt8...) { array = elements }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let data = Data(base64Encoded: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not base64 with padding")
        }
        array = Array(data)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Data(array).base64EncodedString())
    }
}
