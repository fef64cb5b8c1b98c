public import MLSCodec

/// Which of the two servers: whose a key, statement or slot is, and who answers a request. The text is part of
/// derivations and signatures, and stands in JSON and in the `CloudMLS-Protocol` header.
public enum ServerRole: String, Codable, Sendable, CaseIterable, MLSCodable {
    case keyStore = "key-store"
    case authDelivery = "auth-delivery"
}
