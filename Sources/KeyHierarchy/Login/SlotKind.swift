public import MLSCodec

/// The kinds of ways in: which kind of key signs a login, and which kind of slot it goes with. A byte in what is signed
/// and sealed, its `name` in JSON.
public enum SlotKind: UInt8, Sendable, CaseIterable, MLSCodable {
    case password = 1
    case recovery = 2
    case device = 3

    /// The word for it in requests and on screens.
    public var name: String {
        switch self {
        case .password: "password"
        case .recovery: "recovery"
        case .device: "device"
        }
    }

    public init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}

extension SlotKind: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let kind = Self(name: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no kind of way in")
        }
        self = kind
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
