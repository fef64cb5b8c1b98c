/// Which of the two servers. The raw value is part of login signatures and of the `CloudMLS-Protocol` header.
public enum ServiceRole: String, Codable, Hashable, Sendable, CaseIterable {
    case keyStore = "key-store"
    case authDelivery = "auth-delivery"

    /// The port that the server listens on unless it is told otherwise.
    public var defaultPort: Int {
        switch self {
        case .keyStore: 7464
        case .authDelivery: 7465
        }
    }

    /// What the server says in `CloudMLS-Protocol` and a client compares, such as `key-store/1`.
    public var protocolTag: String { "\(rawValue)/\(ProtocolVersion.current)" }
}

/// The version of the HTTP protocol of both servers. Another number means another protocol: there is no negotiation.
public enum ProtocolVersion {
    public static let current = 1
}
