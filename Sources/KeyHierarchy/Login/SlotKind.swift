public import MLSCodec

/// The kinds of ways in: what a login key or slot belongs to.
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
