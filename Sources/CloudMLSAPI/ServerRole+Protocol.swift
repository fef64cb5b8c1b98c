public import KeyHierarchy

extension ServerRole {
    /// The port that the server listens on unless it is told otherwise.
    public var defaultPort: Int {
        switch self {
        case .keyStore: 7464
        case .authDelivery: 7465
        }
    }

    /// What the server says in `CloudMLS-Protocol` and a client compares, such as `key-store/1`.
    public var protocolTag: String { "\(rawValue)/\(APIVersion.current)" }
}

/// The version of the HTTP protocol of both servers, as in `/v1/`. Another number means another protocol: there is no
/// negotiation.
public enum APIVersion {
    public static let current = 1
}
